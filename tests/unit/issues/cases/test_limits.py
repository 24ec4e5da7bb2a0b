"""What has an end: deadlines that people name, extensions after a pause, cases that are given back, verification."""

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.principal import Role
from services.contracts.issues import CaseEscalated, CasePhase, CaseStatus, CaseWarned
from services.issues.cases.domain.case import FARTHEST, Case, DueTooFar, OnlyTheReporter
from services.issues.cases.domain.clock import tick
from services.issues.cases.domain.extension import (
    GrantExtension,
    NoMoreTime,
    RefuseExtension,
    RequestExtension,
    grant_extension,
    refuse_extension,
    request_extension,
)
from services.issues.cases.domain.handling import (
    MAX_RETURNS,
    Dispatch,
    Reassign,
    Return,
    ReturnedTooOften,
    SendBack,
    Verify,
    dispatch,
    give_back,
    reassign,
    send_back,
    verify,
)
from services.issues.cases.domain.pausing import Pause, Resume, pause, resume
from services.issues.cases.domain.reporting import Report, report
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.cases.domain.verdict import Rate, Reopen, rate, reopen
from tests.unit.issues.world import (
    BUILDING,
    CATALOGUE,
    CLOCKS,
    HANDLER,
    HERE,
    NOW,
    OTHER_UNIT,
    STAFF,
    STEPS,
    SUPERVISOR,
    UNIT,
    WALKER,
    a_case,
    assert_folds,
    person,
)

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


def test_the_farthest_deadline_is_worked_with_paused_and_extended() -> None:
    case = dispatch(
        a_case(S.ACCEPTED), Dispatch(unit=UNIT.id, due_at=NOW + FARTHEST), UNIT, CLOCKS, STAFF, NOW
    ).aggregate
    for command in (CaseCommand.START, CaseCommand.CONTACT, CaseCommand.PAUSE, CaseCommand.RESUME):
        case = STEPS[command](case).aggregate
    assert (case.phase, case.phase_due_at) == (CasePhase.HANDLING, case.due_at)
    assert case.due_at is not None
    later = NOW + timedelta(days=90)
    asked = request_extension(case, RequestExtension(until=later + FARTHEST, reason="r"), HANDLER, later).aggregate
    assert grant_extension(asked, GrantExtension(), CLOCKS, STAFF, later).aggregate.due_at == later + FARTHEST


def asked_for(until: datetime) -> Case:
    return request_extension(
        a_case(S.IN_PROGRESS), RequestExtension(until=until, reason="配件未到"), HANDLER, NOW
    ).aggregate


def test_a_grant_never_takes_time_away_that_a_pause_has_given_meanwhile() -> None:
    due_at = a_case(S.IN_PROGRESS).due_at
    assert due_at is not None
    asked = asked_for(due_at + timedelta(hours=1))
    over = NOW + timedelta(days=5)
    held = pause(asked, Pause(until=over, reason="等配件"), CLOCKS, STAFF, NOW).aggregate
    again = resume(held, Resume(), CLOCKS, STAFF, over).aggregate
    assert again.extension_requested
    with pytest.raises(NoMoreTime):
        grant_extension(again, GrantExtension(), CLOCKS, STAFF, over)
    refused = refuse_extension(again, RefuseExtension(reason="已过"), STAFF, over)
    assert (refused.aggregate.due_at, refused.aggregate.extension_requested) == (again.due_at, False)


def test_a_granted_extension_is_warned_of_and_breached_anew() -> None:
    case = a_case(S.DISPATCHED)
    for command in (CaseCommand.START, CaseCommand.CONTACT):
        case = STEPS[command](case).aggregate
    late = NOW + timedelta(days=30)
    told = tick(case, late).aggregate
    assert (told.overdue, told.warned, told.escalation) == (True, True, 1)
    asked = request_extension(told, RequestExtension(until=late + timedelta(days=30), reason="r"), HANDLER, late)
    longer = grant_extension(asked.aggregate, GrantExtension(), CLOCKS, STAFF, late)
    assert_folds(asked.aggregate, longer)
    assert (longer.aggregate.overdue, longer.aggregate.warned, longer.aggregate.extended) == (False, False, 1)
    assert tick(longer.aggregate, late).events == ()
    assert [type(event) for event in tick(longer.aggregate, late + timedelta(days=31)).events][:2] == [
        CaseWarned,
        CaseEscalated,
    ]


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


def test_nobody_rates_for_nobody() -> None:
    forgotten = a_case(S.VERIFIED).model_copy(update={"reporter": None})
    with pytest.raises(OnlyTheReporter):
        rate(forgotten, Rate(rating=5), STAFF, NOW)
    assert reopen(forgotten, Reopen(reason="又坏了"), STAFF, NOW).aggregate.status is S.REOPENED


def test_who_asked_for_time_does_not_refuse_it_either() -> None:
    due_at = a_case(S.IN_PROGRESS).due_at
    assert due_at is not None
    asked = asked_for(due_at + timedelta(days=3))
    with pytest.raises(Exception, match="not granted by who asked"):
        refuse_extension(asked, RefuseExtension(reason="r"), person(HANDLER.sub, Role.STAFF), NOW)
