"""Nobody is asked at night, but for what begins before long."""

from datetime import timedelta

import pytest

from services.volunteers.matching.quiet import SOON, QuietHours
from tests.unit.volunteers.making import a_need
from tests.unit.volunteers.world import DAY, HOUR, NOW

NIGHT = QuietHours(22 * 60, 7 * 60)
NINE = NOW


@pytest.mark.parametrize(
    ("after", "quiet"),
    [(0, False), (13 * HOUR, True), (13 * HOUR - timedelta(minutes=1), False), (22 * HOUR, False), (20 * HOUR, True)],
    ids=["nine", "ten-at-night", "just-before", "seven", "five"],
)
def test_quiet_hours_go_over_midnight(after: timedelta, quiet: bool) -> None:
    now = NINE + (after or timedelta(0))
    assert NIGHT.holds(a_need(starts_at=now + 3 * DAY, ends_at=now + 3 * DAY + HOUR), now) is quiet


def test_what_begins_soon_is_asked_for_at_any_hour_and_hours_may_be_none() -> None:
    night = NINE + 15 * HOUR
    soon = a_need(starts_at=night + SOON, ends_at=night + SOON + HOUR)
    assert not NIGHT.holds(soon, night)
    assert not QuietHours(0, 0).holds(a_need(), night)
    assert QuietHours(12 * 60, 14 * 60).holds(a_need(), NINE + 3 * HOUR)
