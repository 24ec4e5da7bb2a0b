"""Open deadlines follow the calendar; those that have passed, and those that somebody named, stay."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.calendar.days import Arrangement
from services.contracts.issues import CaseDeadlineMoved, CasePhaseMoved, CaseStatus
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks, overtaken
from services.issues.cases.domain.counting_anew import count_anew
from services.issues.cases.domain.handling import Dispatch, Start, dispatch, start
from services.issues.cases.domain.pausing import Pause, Resume, pause, resume
from services.issues.catalogue.domain.catalogue import Span, SpanUnit
from services.issues.catalogue.domain.working_time import WorkingTime
from tests.unit.issues.world import HANDLER, STAFF, UNIT, a_case, assert_folds

BEGAN = datetime(2026, 12, 28, 2, tzinfo=UTC)
DAY = timedelta(days=1)
BEFORE = Clocks()
OFF = frozenset(date(2027, 1, day) for day in range(1, 9))
AFTER = Clocks(WorkingTime(arrangements={2027: Arrangement(OFF, frozenset({date(2027, 1, 9)}))}))


def _dispatched(clocks: Clocks, named: datetime | None = None) -> Case:
    case = a_case(CaseStatus.ACCEPTED)
    spans = {"sign": Span(amount=4, unit=SpanUnit.WORKING_DAYS), "handling": Span(amount=5, unit=SpanUnit.WORKING_DAYS)}
    waiting = case.model_copy(update={"deadlines": case.deadlines.model_copy(update=spans)})
    return dispatch(waiting, Dispatch(unit=UNIT.id, due_at=named), UNIT, clocks, STAFF, BEGAN).aggregate


def test_a_deadline_stands_where_it_would_have_been_set_had_the_calendar_been_known() -> None:
    moved = count_anew(_dispatched(BEFORE), AFTER, BEGAN + DAY)
    assert_folds(_dispatched(BEFORE), moved)
    assert list(map(type, moved.events)) == [CaseDeadlineMoved]
    assert moved.aggregate == _dispatched(AFTER)
    assert count_anew(moved.aggregate, AFTER, BEGAN + DAY).events == ()


@settings(max_examples=40)
@given(st.integers(0, 30), st.integers(1, 20))
def test_a_case_at_work_ends_with_its_deadline_whatever_was_between(worked: int, away: int) -> None:
    begun = BEGAN + worked * timedelta(hours=3)
    cases = []
    for clocks in (BEFORE, AFTER):
        held = pause(
            start(_dispatched(clocks), Start(), clocks, HANDLER, begun).aggregate,
            Pause(until=begun + 40 * DAY, reason="等配件"),
            clocks,
            STAFF,
            begun + timedelta(hours=1),
        ).aggregate
        cases.append(resume(held, Resume(), clocks, STAFF, begun + timedelta(hours=1 + away)).aggregate)
    now = begun + timedelta(hours=2 + away)
    unknown, known = (overtaken(case, now)[0] for case in cases)
    moved = count_anew(unknown, AFTER, now).aggregate
    if not (unknown.breached or known.breached or now.year == 2027):
        assert (moved.due_at, moved.phase_due_at) == (known.due_at, known.phase_due_at)
    if unknown.breached:
        assert moved.phase_due_at == unknown.phase_due_at
    assert moved.missed == unknown.missed


def test_what_has_passed_stays_and_so_does_what_somebody_named() -> None:
    case = _dispatched(BEFORE)
    assert case.due_at is not None
    late, _ = overtaken(case, case.due_at)
    assert count_anew(late, AFTER, case.due_at + timedelta(minutes=1)).events == ()
    named = datetime(2027, 1, 20, tzinfo=UTC)
    told = count_anew(_dispatched(BEFORE, named), AFTER, BEGAN)
    assert list(map(type, told.events)) == [CasePhaseMoved]
    assert_folds(_dispatched(BEFORE, named), told)
    moved = told.aggregate
    assert (moved.due_at, moved.phase_due_at) == (named, _dispatched(AFTER).phase_due_at)


def test_a_deadline_that_would_have_passed_already_stays() -> None:
    """More is worked than was thought: nobody is late by an announcement."""
    worked = Clocks(WorkingTime(arrangements={2027: Arrangement(frozenset(), frozenset({date(2027, 1, 2)}))}))
    case = _dispatched(BEFORE)
    earlier = _dispatched(worked)
    assert earlier.due_at is not None
    assert case.due_at is not None
    between = earlier.due_at + (case.due_at - earlier.due_at) / 2
    assert count_anew(overtaken(case, between)[0], worked, between).events == ()
