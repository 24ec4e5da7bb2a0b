"""The reporter, and who works on a case, add words to it in any status; nobody else does, and nothing else changes."""

import pytest

from services.chassis.principal import Principal
from services.contracts.issues import CaseNoted, CaseRemarked, CaseStatus
from services.issues.cases.domain.handling import MAX_ATTACHMENTS, MAX_PHOTOS, TooManyAttachments, TooManyPhotos
from services.issues.cases.domain.redaction import words_for
from services.issues.cases.domain.remarks import MAX_REMARKS, AddRemark, InternalByReporter, TooManyRemarks, remark
from services.issues.cases.domain.verdict import OnlyTheReporter
from tests.unit.issues.world import (
    HANDLER,
    NEIGHBOUR,
    NOW,
    RESIDENT,
    STAFF,
    SUPERVISOR,
    WALKER,
    WAYS,
    a_case,
    assert_folds,
)

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


@pytest.mark.parametrize("by", [NEIGHBOUR, HANDLER])
def test_whom_it_does_not_concern_adds_nothing(by: Principal) -> None:
    with pytest.raises(OnlyTheReporter):
        remark(a_case(CaseStatus.ACCEPTED), WORDS, by, NOW)


@pytest.mark.parametrize("by", [STAFF, SUPERVISOR, WALKER, HANDLER])
def test_who_works_on_it_adds_words_pictures_and_files_beside_the_work(by: Principal) -> None:
    case = a_case(CaseStatus.IN_PROGRESS)
    command = AddRemark(text="已到现场", photos=("photo-7",), attachments=("attachment-7",))
    decision = remark(case, command, by, NOW)
    assert_folds(case, decision)
    changed = decision.aggregate
    assert (changed.after, changed.attachments_after) == (("photo-7",), ("attachment-7",))
    assert (changed.before, changed.attachments) == (case.before, case.attachments)
    [event] = decision.events
    assert isinstance(event, CaseNoted)
    assert event.public_data() == {"remarks": len(case.remarks) + 1, "photos": 1}
    told = words_for(changed, RESIDENT)
    assert told is not None
    assert told.remarks[-1].text == "已到现场"


def test_an_internal_remark_and_what_came_with_it_is_not_for_the_reporter() -> None:
    case = a_case(CaseStatus.IN_PROGRESS)
    command = AddRemark(text="住户情绪激动", photos=("photo-7",), attachments=("attachment-7",), internal=True)
    changed = remark(case, command, STAFF, NOW).aggregate
    assert not changed.shows_photo_to(RESIDENT, "photo-7")
    assert not changed.shows_attachment_to(RESIDENT, "attachment-7", voice=False)
    for by in (STAFF, SUPERVISOR, WALKER, HANDLER):
        assert changed.shows_photo_to(by, "photo-7")
        assert changed.shows_attachment_to(by, "attachment-7", voice=False)
        words = words_for(changed, by)
        assert words is not None
        assert words.remarks[-1].text == "住户情绪激动"
    theirs = words_for(changed, RESIDENT)
    assert theirs is not None
    assert [each.text for each in theirs.remarks] == [each.text for each in case.remarks]


def test_a_reporter_keeps_nothing_from_themselves_and_files_have_an_end() -> None:
    case = a_case(CaseStatus.ACCEPTED)
    with pytest.raises(InternalByReporter):
        remark(case, AddRemark(text="t", internal=True), RESIDENT, NOW)
    full = case.model_copy(update={"attachments": tuple(f"attachment-{n}" for n in range(MAX_ATTACHMENTS))})
    with pytest.raises(TooManyAttachments):
        remark(full, AddRemark(text="t", attachments=("attachment-new",)), RESIDENT, NOW)


def test_there_is_an_end_to_it() -> None:
    case = a_case(CaseStatus.ACCEPTED)
    while len(case.remarks) < MAX_REMARKS:
        case = remark(case, WORDS, RESIDENT, NOW).aggregate
    with pytest.raises(TooManyRemarks):
        remark(case, WORDS, RESIDENT, NOW)
