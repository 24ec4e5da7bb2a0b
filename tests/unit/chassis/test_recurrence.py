"""A caller states which parts of RFC 5545 it takes; dates are those of the community's wall clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.chassis.errors import Invalid
from services.chassis.recurrence import MAX_LENGTH, AcceptedParts, is_exhausted, normalise, starts


class NotTaken(Invalid, code="test.rule", zh="不支持：{part}。", en="Not taken: {part}."):
    """A rule of this file's caller that is refused."""


TAKEN = AcceptedParts(
    frequencies=frozenset({"WEEKLY", "MONTHLY", "YEARLY", "DAILY"}),
    parts=frozenset({"INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL"}),
    refusal=lambda part: NotTaken(part=part),
)
FIRST = datetime(2026, 3, 7, 1, 0, tzinfo=UTC)  # Saturday 09:00 in Shanghai


def test_a_rule_is_kept_in_upper_case_without_its_name() -> None:
    assert normalise(" rrule:freq=weekly;byday=mo ", TAKEN) == "FREQ=WEEKLY;BYDAY=MO"


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("FREQ=HOURLY", "FREQ"),
        ("BYDAY=MO", "FREQ"),
        ("FREQ=DAILY;WKST=MO", "?"),
        ("every saturday", "?"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ"),
        ("FREQ=WEEKLY;COUNT=0", "COUNT"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=1SA,MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=1SA;BYSETPOS=1", "BYDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYSETPOS=2", "BYSETPOS"),
        ("FREQ=YEARLY;BYMONTH=2", "BYMONTH"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "INTERVAL"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "COUNT+UNTIL"),
        ("FREQ=WEEKLY;UNTIL=20269901", "RRULE"),
        ("X" * (MAX_LENGTH + 1), f"> {MAX_LENGTH}"),
    ],
)
def test_a_refusal_names_the_part_and_nothing_that_was_typed(rule: str, part: str) -> None:
    with pytest.raises(NotTaken) as refused:
        normalise(rule, TAKEN)
    assert refused.value.params == {"part": part}


def test_starts_are_in_utc_and_their_dates_in_the_communitys_zone() -> None:
    late = datetime(2026, 3, 8, 23, 0, tzinfo=UTC)  # Monday 07:00 in Shanghai
    (found,) = starts("FREQ=WEEKLY;BYDAY=MO", late, date(2026, 3, 9), date(2026, 3, 10))
    assert found == late
    assert found.tzinfo is UTC


def test_parts_of_a_second_are_kept() -> None:
    first = FIRST + timedelta(milliseconds=250)
    assert list(starts("FREQ=DAILY;COUNT=2", first, date(2026, 1, 1))) == [first, first + timedelta(days=1)]


def test_the_last_weekday_of_a_month() -> None:
    found = starts("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", FIRST, date(2026, 3, 1), date(2026, 5, 1))
    assert [start.date() for start in found] == [date(2026, 3, 31), date(2026, 4, 30)]


@pytest.mark.parametrize(
    ("rule", "until", "expected"),
    [
        ("FREQ=WEEKLY;COUNT=2", date(2026, 3, 14), False),
        ("FREQ=WEEKLY;COUNT=2", date(2026, 3, 15), True),
        ("FREQ=WEEKLY;UNTIL=20260314", date(2026, 3, 14), False),
        ("FREQ=WEEKLY", date(2126, 1, 1), False),
    ],
)
def test_a_rule_is_exhausted_after_its_last_date(rule: str, until: date, expected: bool) -> None:
    assert is_exhausted(rule, FIRST, until) is expected
