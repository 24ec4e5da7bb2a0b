"""What the dates of a series hold: each by the plan, or as its activity is, which was moved or cancelled alone."""

from datetime import date, timedelta

from services.contracts.activities import ActivityStatus
from services.events.activities.domain.scheduling import announce
from services.events.series.domain import changing
from services.events.series.domain.held import as_named, by_plan, claims_more
from services.events.series.domain.series import Series, start
from tests.unit.events.given import HOME, NOW, STAFF, START, plan

WEEK = timedelta(days=7)
UNTIL = date(2026, 4, 1)


def _series() -> Series:
    return start("series-1", HOME, plan(), "FREQ=WEEKLY;BYDAY=SA", STAFF, NOW).aggregate


def test_a_date_is_held_as_its_activity_is() -> None:
    series = _series()
    planned = by_plan(series, NOW, UNTIL)
    first, second, third, _ = series.occurrences(date(2026, 3, 7), UNTIL)
    made = [
        announce(each.activity, HOME, series.plan_of(each), "code", NOW, series.id, each.on).aggregate
        for each in (first, second, third)
    ]
    moved = made[0].model_copy(update={"starts_at": START + 2 * WEEK, "venue": "garden"})
    cancelled = made[1].model_copy(update={"status": ActivityStatus.CANCELLED})
    held = as_named(series, planned, [moved, cancelled, made[2]], NOW)
    assert (held[first.activity].venue, held[first.activity].slot.starts_at) == ("garden", START + 2 * WEEK)
    assert second.activity not in held
    assert held[third.activity] == planned[third.activity]
    without = changing.skip(series, third.on, STAFF, NOW, None).aggregate
    assert third.activity not in as_named(without, by_plan(without, NOW, UNTIL), [made[2]], NOW)


def test_only_what_was_not_held_is_claimed() -> None:
    series = _series()
    planned = by_plan(series, NOW, UNTIL)
    some = next(iter(planned.values()))
    assert claims_more(None, some)
    assert not claims_more(some, some)
    larger, smaller = (
        by_plan(series.model_copy(update={"capacity": seats}), NOW, UNTIL)[some.slot.activity] for seats in (9, 1)
    )
    assert claims_more(some, larger)
    assert not claims_more(some, smaller)


def test_a_date_gives_way_and_says_why() -> None:
    series = _series()
    days = [date(2026, 3, 14), date(2026, 3, 15), date(2026, 3, 21)]
    left = changing.give_way(series, days, NOW)
    assert left.aggregate.skipped == (date(2026, 3, 14), date(2026, 3, 21))
    assert [event.model_dump()["reason"] for event in left.events] == [changing.TAKEN_BY_THEN] * 2
