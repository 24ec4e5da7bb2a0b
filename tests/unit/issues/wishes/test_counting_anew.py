"""Dates of answers follow the calendar; what is over, late or would be late already stays as it is."""

from datetime import timedelta

from services.chassis.calendar.days import Arrangement
from services.contracts.issues import WishDueMoved
from services.issues.catalogue.domain.catalogue import Span, SpanUnit
from services.issues.catalogue.domain.working_time import WorkingTime
from services.issues.wishes.domain.counting_anew import count_due_anew
from services.issues.wishes.domain.wishes import Propose, Wish, mark_overdue, propose
from tests.unit.issues.world import HERE, NOW, RESIDENT

TEN_DAYS, TWENTY_DAYS = (Span(amount=days, unit=SpanUnit.WORKING_DAYS) for days in (10, 20))
BEFORE = WorkingTime()
OFF = frozenset({NOW.date() + timedelta(days=n) for n in range(1, 15)})
AFTER = WorkingTime(arrangements={NOW.year: Arrangement(OFF, frozenset())})
LESS = WorkingTime(workdays=frozenset(NOW.date() + timedelta(days=n) for n in range(1, 40)))
HOUR = timedelta(hours=1)


def _wish(within: Span | None = TEN_DAYS) -> Wish:
    command = Propose(community=HERE, title="建老年食堂")
    owed = within or TEN_DAYS
    return propose("wish-1", command, RESIDENT, NOW, lambda now: BEFORE.due(now, owed), within=within).aggregate


def test_an_open_wish_is_answered_later_where_there_are_more_holidays() -> None:
    wish = _wish()
    decision = count_due_anew(wish, AFTER, TWENTY_DAYS, NOW + HOUR)
    [event] = decision.events
    assert isinstance(event, WishDueMoved)
    assert (event.due_at, event.previous_due_at) == (AFTER.due(NOW, TEN_DAYS), wish.due_at)
    assert event.due_at is not None
    assert wish.due_at is not None
    assert event.due_at > wish.due_at
    assert event.proposer == RESIDENT.sub
    assert count_due_anew(decision.aggregate, AFTER, TWENTY_DAYS, NOW + HOUR).events == ()
    assert count_due_anew(decision.aggregate, BEFORE, TWENTY_DAYS, NOW + HOUR).aggregate.due_at == wish.due_at


def test_an_older_wish_takes_what_is_promised_now() -> None:
    moved = count_due_anew(_wish(within=None), AFTER, TEN_DAYS, NOW + HOUR).aggregate
    assert moved.due_at == AFTER.due(NOW, TEN_DAYS)


def test_a_late_answer_stays_late_and_no_answer_becomes_late_by_a_calendar() -> None:
    wish = _wish()
    late = mark_overdue(wish, BEFORE.due(NOW, TWENTY_DAYS)).aggregate
    assert late.overdue
    assert count_due_anew(late, AFTER, TEN_DAYS, BEFORE.due(NOW, TWENTY_DAYS)).aggregate == late
    assert wish.due_at is not None
    shorter = LESS.due(NOW, TEN_DAYS)
    assert shorter < wish.due_at
    assert count_due_anew(wish, LESS, TEN_DAYS, shorter + HOUR).aggregate == wish
