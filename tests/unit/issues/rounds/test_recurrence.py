"""The recurrence rules of rounds give the dates that they say; others are refused."""

from datetime import UTC, datetime

import pytest

from services.chassis.values import local_date
from services.issues.rounds.domain.recurrence import RuleUnreadable, normalise, starts

NINE = datetime(2024, 2, 5, 1, 0, tzinfo=UTC)
"""Nine in the morning of the first date, a week from now."""


def rule_dates(rule: str, count: int, first: datetime = NINE) -> list[str]:
    found = starts(normalise(rule), first, local_date(first))
    return [local_date(next(found)).isoformat() for _ in range(count)]


@pytest.mark.parametrize(
    ("rule", "dates"),
    [
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=5", ["2024-02-05", "2024-03-05", "2024-04-05"]),
        ("freq=monthly;byday=2tu", ["2024-02-13", "2024-03-12", "2024-04-09"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["2024-02-23", "2024-03-29", "2024-04-26"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", ["2024-03-01", "2024-04-01", "2024-05-01"]),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1", ["2024-02-29", "2024-05-31", "2024-08-31"]),
        ("FREQ=WEEKLY;BYDAY=MO,TH", ["2024-02-05", "2024-02-08", "2024-02-12"]),
        ("FREQ=DAILY;INTERVAL=2", ["2024-02-05", "2024-02-07", "2024-02-09"]),
    ],
)
def test_rules_give_the_dates_they_say(rule: str, dates: list[str]) -> None:
    assert rule_dates(rule, 3) == dates


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "monthly",
        "FREQ=YEARLY",
        "FREQ=HOURLY",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=WEEKLY;BYMONTHDAY=5",
        "FREQ=WEEKLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYDAY=1MO,TU",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=MONTHLY;BYMONTHDAY=5;BYSETPOS=2",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=MONTHLY;INTERVAL=0",
        "FREQ=MONTHLY;COUNT=3;UNTIL=20250101",
        "FREQ=MONTHLY;UNTIL=20251301",
        "FREQ=MONTHLY;FREQ=MONTHLY",
        "FREQ=MONTHLY;RDATE=20250101",
        "FREQ=MONTHLY\nRRULE:FREQ=DAILY",
        "FREQ=MONTHLY;" + "BYMONTHDAY=1" + ",1" * 200,
    ],
)
def test_other_rules_are_refused(rule: str) -> None:
    with pytest.raises(RuleUnreadable):
        normalise(rule)
