"""A reporter adds words to a case in any status; nobody else does, and nothing else changes."""

import pytest

from services.chassis.principal import Principal
from services.contracts.issues import CaseRemarked, CaseStatus
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
