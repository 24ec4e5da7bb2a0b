"""Times are read in the community's zone, in Chinese and in English."""

from datetime import UTC, datetime

import pytest

from services.notify.shared.calendar import clock, day, moment, month, weekday

LATE = datetime(2026, 12, 2, 16, 30, tzinfo=UTC)
"""Half past midnight on Thursday the third, in the community."""


@pytest.mark.parametrize(
    ("language", "weekday_", "month_", "day_", "moment_"),
    [
        ("zh", "周四", "12月", "12月3日 周四", "12月3日 周四 00:30"),
        ("en", "Thu", "Dec", "Thu 3 Dec", "Thu 3 Dec, 00:30"),
    ],
)
def test_a_time_late_in_utc_is_read_as_the_next_day(
    language: str, weekday_: str, month_: str, day_: str, moment_: str
) -> None:
    read = (weekday(LATE, language), month(LATE, language), day(LATE, language), moment(LATE, language), clock(LATE))
    assert read == (weekday_, month_, day_, moment_, "00:30")
