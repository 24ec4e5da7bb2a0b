"""The clocks of a case: which phase runs, what is said when, and that a pause neither eats nor gives time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.principal import Role
from services.contracts.issues import (
    CaseEscalated,
    CaseExtended,
    CaseOverdue,
    CasePhase,
    CaseResumed,
    CaseStatus,
    CaseWarned,
)
from services.issues.cases.domain.case import AlreadyContacted, AlreadyTheirs, Case
from services.issues.cases.domain.clock import Clocks, tick
from services.issues.cases.domain.extension import (
    ApproverIsRequester,
    ExtensionPending,
    GrantExtension,
    NoExtension,
    NoMoreTime,
    RequestExtension,
    grant_extension,
    request_extension,
)
from services.issues.cases.domain.handling import Contact, Reassign, Start, contact, reassign, start
from services.issues.cases.domain.pausing import Pause, PauseTooLong, Resume, come_due, pause, resume
from services.issues.cases.domain.transitions import WORKING, CaseCommand, NotNow
from services.issues.catalogue.domain.catalogue import SpanUnit
from tests.unit.issues.world import (
    CLOCKS,
    HANDLER,
    NOW,
    OTHER_HANDLER,
    OTHER_UNIT,
    STAFF,
    STEPS,
    UNIT,
    WALKER,
    a_case,
    a_report,
    assert_folds,
    person,
)

S = CaseStatus


def test_each_phase_has_its_turn() -> None:
    case = a_case(S.DISPATCHED)
    phases = [case.phase]
    for command in (CaseCommand.START, CaseCommand.CONTACT, CaseCommand.HANDLE, CaseCommand.VERIFY):
        case = STEPS[command](case).aggregate
        phases.append(case.phase)
    assert phases == [CasePhase.SIGN, CasePhase.CONTACT, CasePhase.HANDLING, CasePhase.VERIFICATION, None]
    assert (case.signed_at, case.contacted_at, case.tick_at) == (NOW, NOW, None)


def test_where_nobody_waits_to_be_spoken_with_handling_follows_the_signature() -> None:
    found = a_report(WALKER, title="灯坏了").aggregate
    case = start(STEPS[CaseCommand.DISPATCH](found).aggregate, Start(), CLOCKS, HANDLER, NOW).aggregate
    assert case.phase is CasePhase.HANDLING
    assert case.phase_due_at == case.due_at
    with pytest.raises(AlreadyContacted):
        contact(case, Contact(), CLOCKS, HANDLER, NOW)


def test_a_warning_then_a_breach_each_once_and_a_level_for_each_phase() -> None:
    case = a_case(S.DISPATCHED)
    assert case.warn_at is not None
    assert case.phase_due_at is not None
    assert case.tick_at == case.warn_at
    assert tick(case, case.warn_at - timedelta(milliseconds=1)).events == ()

    warned = tick(case, case.warn_at)
    assert list(map(type, warned.events)) == [CaseWarned]
    assert_folds(case, warned)
    assert warned.aggregate.tick_at == case.phase_due_at

    breached = tick(warned.aggregate, case.phase_due_at)
    assert list(map(type, breached.events)) == [CaseEscalated]
    assert breached.aggregate.escalation == 1
    assert_folds(warned.aggregate, breached)
    assert breached.aggregate.tick_at == case.due_at

    late = NOW + timedelta(days=300)
    assert list(map(type, tick(breached.aggregate, late).events)) == [CaseOverdue]
    signed = STEPS[CaseCommand.START](breached.aggregate).aggregate
    assert tick(signed, late).aggregate.escalation == 2


def test_what_was_slept_through_is_all_said_at_once() -> None:
    case = a_case(S.IN_PROGRESS)
    told = tick(case, NOW + timedelta(days=300))
    assert list(map(type, told.events)) == [CaseWarned, CaseEscalated, CaseOverdue]
    assert told.aggregate.tick_at is None


@pytest.mark.parametrize("status", WORKING)
@given(
    worked=st.integers(0, 20 * 24 * 60),
    away=st.integers(1, 200 * 24 * 60),
)
def test_a_pause_neither_eats_nor_gives_working_time(status: CaseStatus, worked: int, away: int) -> None:
    case = a_case(status)
    begun = NOW + timedelta(minutes=worked)
    over = begun + timedelta(minutes=away)
    left = _left(case, begun)
    paused = pause(case, Pause(until=over, reason="等配件"), CLOCKS, STAFF, begun)
    assert_folds(case, paused)
    held = paused.aggregate
    assert (held.due_at, held.phase, held.tick_at) == (None, None, over)
    assert tick(held, over + timedelta(days=1)).events == ()
    assert come_due(held, CLOCKS, over - timedelta(milliseconds=1)).events == ()

    resumed = come_due(held, CLOCKS, over)
    assert_folds(held, resumed)
    assert list(map(type, resumed.events)) == [CaseResumed]
    again = resumed.aggregate
    assert (again.status, again.phase, again.warned, again.breached) == (
        case.status,
        case.phase,
        case.warned,
        case.breached,
    )
    assert _left(again, over) == left


def _left(case: Case, at: datetime) -> tuple[timedelta, timedelta]:
    """What is left of the phase and of the handling, each in its own time."""
    assert case.phase is not None
    assert case.phase_due_at is not None
    assert case.due_at is not None
    phase = getattr(case.deadlines, case.phase).unit is SpanUnit.HOURS
    handling = case.deadlines.handling.unit is SpanUnit.HOURS
    between = CLOCKS.time.between
    return between(at, case.phase_due_at, plain=phase), between(at, case.due_at, plain=handling)


def test_a_breach_is_not_said_again_after_a_pause() -> None:
    case = a_case(S.DISPATCHED)
    late = NOW + timedelta(days=300)
    told = tick(case, late).aggregate
    held = pause(told, Pause(until=late + timedelta(days=3), reason="r"), CLOCKS, STAFF, late).aggregate
    again = resume(held, Resume(), CLOCKS, STAFF, late + timedelta(days=1)).aggregate
    assert tick(again, late + timedelta(days=30)).events == ()


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_pause_has_an_end_within_reach(days: int) -> None:
    with pytest.raises(PauseTooLong):
        pause(a_case(S.IN_PROGRESS), Pause(until=NOW + timedelta(days=days), reason="r"), CLOCKS, STAFF, NOW)


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


def test_an_extension_is_asked_for_by_the_unit_and_given_by_somebody_else() -> None:
    case = a_case(S.IN_PROGRESS)
    assert case.due_at is not None
    until = case.due_at + timedelta(days=10)
    asked = request_extension(case, RequestExtension(until=until, reason="配件未到"), HANDLER, NOW)
    assert_folds(case, asked)
    assert asked.aggregate.due_at == case.due_at
    with pytest.raises(ExtensionPending):
        request_extension(asked.aggregate, RequestExtension(until=until, reason="r"), HANDLER, NOW)
    both = person("boss", Role.STAFF, Role.HANDLER, units=(UNIT.id,))
    asker = person(HANDLER.sub, Role.STAFF)
    for nobody in (both, asker):
        with pytest.raises(ApproverIsRequester):
            grant_extension(asked.aggregate, GrantExtension(), CLOCKS, nobody, NOW)
    with pytest.raises(NoExtension):
        grant_extension(case, GrantExtension(), CLOCKS, STAFF, NOW)

    given_ = grant_extension(asked.aggregate, GrantExtension(), CLOCKS, STAFF, NOW)
    assert_folds(asked.aggregate, given_)
    assert isinstance(given_.events[0], CaseExtended)
    assert (given_.aggregate.due_at, given_.aggregate.extended) == (until, 1)


def test_an_extension_gives_time() -> None:
    case = a_case(S.IN_PROGRESS)
    assert case.due_at is not None
    for until in (NOW - timedelta(days=1), case.due_at):
        with pytest.raises(NoMoreTime):
            request_extension(case, RequestExtension(until=until, reason="r"), HANDLER, NOW)
    with pytest.raises(Exception, match="not allowed"):
        request_extension(case, RequestExtension(until=case.due_at + timedelta(days=1), reason="r"), OTHER_HANDLER, NOW)


@given(st.integers(0, 660 * 24 * 3600), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_warning_comes_when_its_share_of_the_time_has_passed(seconds: int, share: float) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    clocks = Clocks(warn_share=share)
    case = a_case(S.DISPATCHED)
    running = case.model_copy(update=clocks.begin(case, CasePhase.HANDLING, now))
    assert running.phase_due_at is not None
    assert running.warn_at is not None
    plain = case.deadlines.handling.unit is SpanUnit.HOURS
    whole = clocks.time.between(now, running.phase_due_at, plain=plain)
    passed = clocks.time.between(now, running.warn_at, plain=plain)
    assert abs(passed - whole * share) <= timedelta(milliseconds=1)
