"""How a case is worked on: who may dispatch, handle and verify it, with what evidence, and how often it goes back."""

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Principal
from services.contracts.issues import CaseEscalated, CasePhase, CaseStatus, CaseWarned
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import tick
from services.issues.cases.domain.extension import (
    RequestExtension,
    request_extension,
)
from services.issues.cases.domain.handling import (
    FARTHEST,
    MAX_PHOTOS,
    MAX_PHOTOS_OF_WORK,
    AlreadyTheirs,
    Dispatch,
    DueInThePast,
    DueTooFar,
    EvidenceMissing,
    Handle,
    Reassign,
    Return,
    SendBack,
    TooManyPhotos,
    Verify,
    dispatch,
    give_back,
    handle,
    reassign,
    send_back,
    verify,
)
from services.issues.cases.domain.handling_rules import MAX_RETURNS, ReturnedTooOften
from services.issues.cases.domain.remarks import AddRemark, remark
from services.issues.cases.domain.reporting import Report, report
from services.issues.cases.domain.transitions import CaseCommand, NotNow
from tests.unit.issues.world import (
    BUILDING,
    CATALOGUE,
    CLOCKS,
    HANDLER,
    HERE,
    NOW,
    OTHER_UNIT,
    RESIDENT,
    STAFF,
    STEPS,
    SUPERVISOR,
    UNIT,
    WALKER,
    a_case,
    assert_folds,
)


@pytest.mark.parametrize("by", [RESIDENT, HANDLER, SUPERVISOR, WALKER])
def test_only_staff_dispatch(by: Principal) -> None:
    with pytest.raises(NotYours):
        dispatch(a_case(CaseStatus.ACCEPTED), Dispatch(unit=UNIT.id), UNIT, CLOCKS, by, NOW)


def test_the_evidence_a_category_asks_for_must_come_with_this_handling() -> None:
    with pytest.raises(EvidenceMissing):
        handle(a_case(CaseStatus.DISPATCHED), Handle(note="done"), CLOCKS, HANDLER, NOW)
    with pytest.raises(EvidenceMissing):
        handle(a_case(CaseStatus.SENT_BACK), Handle(note="done again"), CLOCKS, HANDLER, NOW)
    noise = a_case(CaseStatus.DISPATCHED, category="noise")
    corrected = noise.model_copy(update={"evidence": False})
    assert handle(corrected, Handle(), CLOCKS, HANDLER, NOW).aggregate.status is CaseStatus.HANDLED


def test_a_case_keeps_so_many_photos_and_one_that_is_full_of_remarks_is_handed_in_all_the_same() -> None:
    talked_over = a_case(CaseStatus.DISPATCHED).model_copy(update={"before": tuple(f"b{n}" for n in range(MAX_PHOTOS))})
    with pytest.raises(TooManyPhotos):
        remark(talked_over, AddRemark(text="又一张", photos=("new",)), RESIDENT, NOW)
    assert handle(talked_over, Handle(photos=("new",)), CLOCKS, HANDLER, NOW).aggregate.status is CaseStatus.HANDLED
    most = tuple(f"p{n}" for n in range(MAX_PHOTOS_OF_WORK - 1))
    case = a_case(CaseStatus.DISPATCHED).model_copy(update={"after": most})
    assert handle(case, Handle(photos=("new", "new")), CLOCKS, HANDLER, NOW).aggregate.photos == MAX_PHOTOS_OF_WORK
    with pytest.raises(TooManyPhotos):
        handle(case, Handle(photos=("new-1", "new-2")), CLOCKS, HANDLER, NOW)


def test_the_deadline_is_the_categorys_unless_staff_say_otherwise() -> None:
    accepted = a_case(CaseStatus.ACCEPTED)
    assert dispatch(accepted, Dispatch(unit=UNIT.id), UNIT, CLOCKS, STAFF, NOW).aggregate.due_at == NOW + timedelta(
        hours=24
    )
    later = Dispatch(unit=UNIT.id, due_at=NOW + timedelta(days=9))
    assert dispatch(accepted, later, UNIT, CLOCKS, STAFF, NOW).aggregate.due_at == NOW + timedelta(days=9)
    with pytest.raises(DueInThePast):
        dispatch(accepted, Dispatch(unit=UNIT.id, due_at=NOW), UNIT, CLOCKS, STAFF, NOW)


S = CaseStatus


NEVER = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)


MOMENT = timedelta(milliseconds=1)


@pytest.mark.parametrize("due_at", [NOW + FARTHEST + MOMENT, NEVER])
def test_nobody_names_a_deadline_that_is_years_away(due_at: datetime) -> None:
    with pytest.raises(DueTooFar):
        dispatch(a_case(S.ACCEPTED), Dispatch(unit=UNIT.id, due_at=due_at), UNIT, CLOCKS, STAFF, NOW)
    moved = Reassign(unit=OTHER_UNIT.id, due_at=due_at)
    with pytest.raises(DueTooFar):
        reassign(a_case(S.DISPATCHED), moved, OTHER_UNIT, CLOCKS, STAFF, NOW)
    with pytest.raises(DueTooFar):
        request_extension(a_case(S.IN_PROGRESS), RequestExtension(until=due_at, reason="r"), HANDLER, NOW)


def test_a_case_is_given_back_so_often_and_no_more_by_whomever() -> None:
    case = a_case(S.DISPATCHED)
    for times in range(1, MAX_RETURNS + 1):
        returned = give_back(case, Return(reason="不归物业"), HANDLER, NOW)
        assert_folds(case, returned)
        assert (returned.aggregate.returned, returned.aggregate.unit) == (times, None)
        case = STEPS[CaseCommand.DISPATCH](returned.aggregate).aggregate
    with pytest.raises(ReturnedTooOften):
        give_back(case, Return(reason="不归物业"), HANDLER, NOW)
    assert STEPS[CaseCommand.START](case).aggregate.status is S.IN_PROGRESS


def fixed_on_the_spot() -> Case:
    command = Report(community=HERE, category="lighting", place=BUILDING.id, title="灯", fixed=True, after=("photo-1",))
    decision = report("case-1", command, BUILDING, CATALOGUE, WALKER, NOW, clocks=CLOCKS)
    assert_folds(None, decision)
    return decision.aggregate


def test_what_was_fixed_on_the_spot_is_verified_in_time_too() -> None:
    fixed = fixed_on_the_spot()
    assert fixed.phase is CasePhase.VERIFICATION
    assert fixed.phase_due_at == CLOCKS.time.due(NOW, fixed.deadlines.verification)
    assert [type(event) for event in tick(fixed, NOW + timedelta(days=60)).events] == [CaseWarned, CaseEscalated]
    assert verify(fixed, Verify(), SUPERVISOR, NOW).aggregate.tick_at is None
    sent = send_back(fixed, SendBack(reason="仍不亮"), CLOCKS, SUPERVISOR, NOW)
    assert_folds(fixed, sent)
    assert (sent.aggregate.phase, sent.aggregate.tick_at) == (None, None)
    assert STEPS[CaseCommand.DISPATCH](sent.aggregate).aggregate.first_unit == UNIT.id


def test_the_first_unit_stays_answerable_whoever_has_it_later() -> None:
    case = a_case(S.DISPATCHED)
    moved = reassign(case, Reassign(unit=OTHER_UNIT.id), OTHER_UNIT, CLOCKS, STAFF, NOW + timedelta(hours=3))
    assert_folds(case, moved)
    assert (moved.aggregate.unit, moved.aggregate.first_unit) == (OTHER_UNIT.id, UNIT.id)
    assert moved.aggregate.due_at > case.due_at  # type: ignore[operator]  # both are there
    returned = STEPS[CaseCommand.RETURN](case).aggregate
    assert STEPS[CaseCommand.DISPATCH](returned).aggregate.first_unit == UNIT.id
    with pytest.raises(AlreadyTheirs):
        reassign(case, Reassign(unit=UNIT.id), UNIT, CLOCKS, STAFF, NOW)
    with pytest.raises(NotNow):
        reassign(a_case(S.IN_PROGRESS), Reassign(unit=OTHER_UNIT.id), OTHER_UNIT, CLOCKS, STAFF, NOW)
