"""A pause has an end, and neither eats working time nor gives any."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.issues import (
    CaseResumed,
    CaseStatus,
)
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import overtaken, tick
from services.issues.cases.domain.pausing import Pause, PauseTooLong, Resume, come_due, pause, resume
from services.issues.cases.domain.transitions import WORKING
from services.issues.catalogue.domain.catalogue import SpanUnit
from tests.unit.issues.world import (
    CLOCKS,
    NOW,
    STAFF,
    a_case,
    assert_folds,
)

S = CaseStatus


@pytest.mark.parametrize("status", WORKING)
@given(
    worked=st.integers(0, 20 * 24 * 60),
    away=st.integers(1, 200 * 24 * 60),
)
def test_a_pause_neither_eats_nor_gives_working_time(status: CaseStatus, worked: int, away: int) -> None:
    case = a_case(status)
    begun = NOW + timedelta(minutes=worked)
    case = overtaken(case, begun)[0]
    over = begun + timedelta(minutes=away)
    left = _left(case, begun)
    paused = pause(case, Pause(until=over, reason="等配件"), CLOCKS, STAFF, begun)
    assert_folds(case, paused)
    held = paused.aggregate
    assert (held.due_at, held.phase, held.tick_at) == (case.due_at if case.overdue else None, None, over)
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
    if case.overdue:
        assert again.due_at == case.due_at
    if case.breached:
        assert again.phase_due_at == case.phase_due_at


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
