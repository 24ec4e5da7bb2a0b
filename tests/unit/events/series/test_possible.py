"""What somebody may do with a series is what the rules that decide don't refuse them."""

from datetime import timedelta

from services.events.series.domain import changing
from services.events.series.domain import series as rules
from services.events.series.domain.possible import CancelledDate, possible
from tests.unit.events.given import HOME, NOW, ORGANISER, STAFF, plan, resident


def test_managers_may_change_it_until_it_is_called_off() -> None:
    series = rules.start("series-1", HOME, plan(), "FREQ=WEEKLY", STAFF, NOW).aggregate
    assert [each.command for each in possible(series, ORGANISER, NOW)] == ["change", "skip", "dates", "pause", "end"]
    assert possible(series, resident(1), NOW) == ()
    skipped = changing.skip(series, next(series.occurrences(series.first.date())).on, STAFF, NOW, None).aggregate
    assert "restore" in [each.command for each in possible(skipped, STAFF, NOW)]
    paused = changing.pause(series, series.first.date(), NOW.date() + timedelta(days=30), STAFF, NOW, None).aggregate
    assert "restore" in [each.command for each in possible(paused, STAFF, NOW)]
    first = next(series.occurrences(series.first.date()))
    off = (CancelledDate(first.on, first.activity),)
    assert "restore" in [each.command for each in possible(series, STAFF, NOW, off)]
    again = changing.restore(series, first.on, STAFF, NOW, first.activity).aggregate
    assert "restore" not in [each.command for each in possible(again, STAFF, NOW, off)]
    assert possible(rules.end(series, STAFF, NOW, cancels=True).aggregate, STAFF, NOW) == ()
