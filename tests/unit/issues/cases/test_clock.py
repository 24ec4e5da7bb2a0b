"""The clocks of a case: which phase runs, and what is said when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.issues import (
    CaseEscalated,
    CaseOverdue,
    CasePhase,
    CaseStatus,
    CaseWarned,
)
from services.issues.cases.domain.clock import Clocks, tick
from services.issues.cases.domain.handling import ContactReporter, Start, contact, start
from services.issues.cases.domain.handling_rules import AlreadyContacted
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.catalogue.domain.catalogue import SpanUnit
from tests.unit.issues.world import (
    CLOCKS,
    HANDLER,
    NOW,
    STEPS,
    WALKER,
    a_case,
    a_report,
    assert_folds,
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
        contact(case, ContactReporter(), CLOCKS, HANDLER, NOW)


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


@given(st.integers(0, 660 * 24 * 3600), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_warning_comes_when_its_share_of_the_time_has_passed(seconds: int, share: float) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    clocks = Clocks(warn_share=share)
    case = a_case(S.DISPATCHED)
    running = clocks.begin(case, CasePhase.HANDLING, now)
    assert running.phase_due_at is not None
    assert running.warn_at is not None
    plain = case.deadlines.handling.unit is SpanUnit.HOURS
    whole = clocks.time.between(now, running.phase_due_at, plain=plain)
    passed = clocks.time.between(now, running.warn_at, plain=plain)
    assert abs(passed - whole * share) <= timedelta(milliseconds=1)
