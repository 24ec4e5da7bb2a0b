"""What somebody may do with a series is what the rules that decide don't refuse them."""

from services.events.series.domain import changing
from services.events.series.domain import series as rules
from services.events.series.domain.possible import possible
from tests.unit.events.given import HOME, NOW, ORGANISER, STAFF, plan, resident


def test_managers_may_change_it_until_it_is_called_off() -> None:
    series = rules.start("series-1", HOME, plan(), "FREQ=WEEKLY", STAFF, NOW).aggregate
    assert [each.command for each in possible(series, ORGANISER, NOW)] == ["change", "skip", "dates", "pause", "end"]
    assert possible(series, resident(1), NOW) == ()
    skipped = changing.skip(series, next(series.occurrences(series.first.date())).on, STAFF, NOW, None).aggregate
    assert "restore" in [each.command for each in possible(skipped, STAFF, NOW)]
    assert possible(rules.end(series, STAFF, NOW, cancels=True).aggregate, STAFF, NOW) == ()
