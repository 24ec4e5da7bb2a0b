"""The bounded types of volunteers take times and dates of this century alone; weeks and minutes are the community's."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.volunteers.shared.values import (
    Birthday,
    Day,
    Minutes,
    Moment,
    TimeOfDay,
    Weekday,
    minute_of_day,
    week_of,
    whole_minutes,
)


@pytest.mark.parametrize(
    ("type", "value"),
    [
        (Moment, "1999-12-31T23:59:59Z"),
        (Moment, "2100-01-01T00:00:00Z"),
        (Moment, "2024-01-01T00:00:00"),
        (Day, "1999-12-31"),
        (Day, "2100-01-01"),
        (Day, "2024-02-29T00:00:00Z"),
        (Day, datetime(2024, 2, 29, tzinfo=UTC)),
        (Birthday, 0),
        (Birthday, "1990-1-1"),
        (Birthday, "1990-01-01T00:00:00"),
        (TimeOfDay, "24:01"),
        (TimeOfDay, "9:00"),
        (Weekday, 0),
        (Weekday, 8),
        (Minutes, 0),
        (Minutes, 24 * 60 + 1),
    ],
)
def test_a_value_out_of_bounds_is_refused(type: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(type).validate_python(value)


@pytest.mark.parametrize(
    ("type", "value", "kept"),
    [
        (Moment, "2024-01-29T09:00:00.123456+08:00", datetime(2024, 1, 29, 1, 0, 0, 123000, tzinfo=UTC)),
        (Day, "2000-01-01", date(2000, 1, 1)),
        (TimeOfDay, "24:00", "24:00"),
    ],
)
def test_a_value_within_bounds_is_kept(type: Any, value: Any, kept: Any) -> None:
    assert TypeAdapter(type).validate_python(value) == kept


def test_a_week_begins_on_monday_in_the_community() -> None:
    monday = datetime(2023, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai
    assert week_of(monday) == (2024, 1)
    assert week_of(monday - timedelta(seconds=1)) == (2023, 52)


def test_minutes_are_counted_from_midnight_and_rounded_down() -> None:
    assert (minute_of_day("00:00"), minute_of_day("09:30"), minute_of_day("24:00")) == (0, 570, 1440)
    assert whole_minutes(timedelta(minutes=2, seconds=59)) == 2
