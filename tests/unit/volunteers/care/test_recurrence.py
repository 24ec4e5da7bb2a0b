"""A recurrence says which dates it means, or is refused."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.chassis.values import ZONE
from services.volunteers.care.domain.recurrence import Every, Recurrence
from tests.unit.chassis.calendar import law


@pytest.mark.parametrize(
    "fields",
    [
        {"every": "week"},
        {"every": "week", "weekdays": (2,), "nth": 1},
        {"every": "month"},
        {"every": "month", "weekdays": (2,)},
        {"every": "month", "weekdays": (2, 3), "day": 5},
        {"every": "month", "weekdays": (2,), "nth": 5},
        {"every": "month", "day": 29},
        {"every": "week", "weekdays": (8,)},
        {"every": "week", "weekdays": (1,), "at": "24:00"},
    ],
)
def test_a_recurrence_that_is_hollow_or_doubtful_is_refused(fields: Any) -> None:
    with pytest.raises(ValidationError):
        Recurrence(**{"at": "09:00", "since": date(2024, 1, 1), **fields})


@pytest.mark.parametrize(
    ("fields", "rule", "days"),
    [
        ({"every": "week", "weekdays": (5, 2)}, "FREQ=WEEKLY;BYDAY=TU,FR", [2, 5, 9]),
        ({"every": "week", "weekdays": (2,), "interval": 2}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", [2, 16, 30]),
        ({"every": "month", "weekdays": (1,), "nth": -1}, "FREQ=MONTHLY;BYDAY=-1MO", [29]),
        ({"every": "month", "day": 15}, "FREQ=MONTHLY;BYMONTHDAY=15", [15]),
    ],
)
def test_a_recurrence_is_a_rule_of_rfc_5545_and_falls_on_its_dates(fields: Any, rule: str, days: list[int]) -> None:
    recurrence = Recurrence(**{"at": "09:00", "since": date(2024, 1, 1), **fields})
    assert recurrence.rule == rule
    starts = list(recurrence.starts(date(2024, 1, 1), date(2024, 2, 1)))
    assert [start.day for start in starts][: len(days)] == days
    assert {(start.hour, start.tzinfo) for start in starts} == {(9, ZONE)}
    assert recurrence.first == starts[0]


def test_no_start_lies_before_the_recurrence_begins_or_at_the_end_of_the_range() -> None:
    recurrence = Recurrence(every=Every.WEEK, weekdays=(1,), at="00:00", since=date(2024, 1, 8))
    starts = recurrence.starts(date(2024, 1, 1), date(2024, 1, 22))
    assert [start.date() for start in starts] == [date(2024, 1, 8), date(2024, 1, 15)]


def test_help_that_keeps_off_holidays_is_due_on_none_of_years_to_come() -> None:
    daily = Recurrence(
        every=Every.WEEK, weekdays=(1, 2, 3, 4, 5, 6, 7), at="10:00", since=date(2027, 1, 1), off_holidays=True
    )
    due = {start.date() for start in daily.starts(date(2027, 1, 1), date(2031, 1, 1))}
    assert due.isdisjoint(law.ALL)
    assert {date(2027, 1, 2), date(2027, 2, 4), date(2030, 12, 31)} <= due
