"""A reporter adds words to a case in any status; nobody else does, and nothing else changes."""

import pytest

from services.chassis.principal import Principal
from services.contracts.issues import CaseRemarked, CaseStatus
from services.issues.cases.domain.handling import MAX_PHOTOS, TooManyPhotos
from services.issues.cases.domain.remarks import MAX_REMARKS, AddRemark, TooManyRemarks, remark
from services.issues.cases.domain.verdict import OnlyTheReporter
from tests.unit.issues.world import HANDLER, NEIGHBOUR, NOW, RESIDENT, STAFF, WAYS, a_case

WORDS = AddRemark(text="三楼也不亮")


@pytest.mark.parametrize("status", WAYS)
def test_words_are_added_whatever_the_status(status: CaseStatus) -> None:
    case = a_case(status)
    decision = remark(case, WORDS, RESIDENT, NOW)
    *before, added = decision.aggregate.remarks
    assert (tuple(before), added.text, added.by) == (case.remarks, "三楼也不亮", RESIDENT.sub)
    assert decision.aggregate.model_copy(update={"remarks": case.remarks}) == case
    [event] = decision.events
    assert isinstance(event, CaseRemarked)
    assert event.public_data() == {"remarks": len(case.remarks) + 1}


def test_pictures_that_come_with_it_stand_with_those_of_the_report() -> None:
    case = a_case(CaseStatus.ACCEPTED).model_copy(update={"before": ("photo-1",)})
    command = AddRemark(text="字" * 4000, photos=("photo-1", "photo-2"))
    decision = remark(case, command, RESIDENT, NOW)
    assert (decision.aggregate.before, decision.aggregate.remarks[-1].text) == (("photo-1", "photo-2"), "字" * 4000)
    assert decision.events[0].public_data() == {"remarks": len(case.remarks) + 1, "photos": decision.aggregate.photos}
    full = case.model_copy(update={"after": tuple(f"photo-{n}" for n in range(10, 10 + MAX_PHOTOS - 1))})
    with pytest.raises(TooManyPhotos):
        remark(full, command, RESIDENT, NOW)
    assert remark(full, WORDS, RESIDENT, NOW).aggregate.before == full.before


@pytest.mark.parametrize("by", [NEIGHBOUR, STAFF, HANDLER])
def test_only_the_reporter_adds_to_a_report(by: Principal) -> None:
    with pytest.raises(OnlyTheReporter):
        remark(a_case(CaseStatus.ACCEPTED), WORDS, by, NOW)


def test_there_is_an_end_to_it() -> None:
    case = a_case(CaseStatus.ACCEPTED)
    while len(case.remarks) < MAX_REMARKS:
        case = remark(case, WORDS, RESIDENT, NOW).aggregate
    with pytest.raises(TooManyRemarks):
        remark(case, WORDS, RESIDENT, NOW)
