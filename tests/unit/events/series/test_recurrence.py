"""Which rules are taken and which refused; and no rule keeps the machine busy."""

from datetime import UTC, date, datetime, timedelta
from time import process_time

import pytest
from dateutil.rrule import rrule, rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.recurrence import is_exhausted, starts
from services.chassis.values import ZONE, local_date
from services.events.series.domain.recurrence import RuleUnreadable, ShortMonth, normalise

FIRST = datetime(2026, 3, 7, 1, 0, tzinfo=UTC)  # Saturday 09:00 in Shanghai


def _dates(rule: str, since: date, until: date, first: datetime = FIRST) -> list[date]:
    return [local_date(moment) for moment in starts(normalise(rule), first, since, until)]


def test_the_clinic_on_the_first_saturday() -> None:
    assert _dates("FREQ=MONTHLY;BYDAY=1SA", date(2026, 3, 1), date(2026, 6, 1)) == [
        date(2026, 3, 7),
        date(2026, 4, 4),
        date(2026, 5, 2),
    ]


def test_the_class_at_half_past_four_on_weekdays() -> None:
    first = datetime(2026, 3, 6, 8, 30, tzinfo=UTC)
    found = list(starts("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", first, date(2026, 3, 1), date(2026, 3, 11)))
    assert [m.astimezone(ZONE).strftime("%a %H:%M") for m in found] == ["Fri 16:30", "Mon 16:30", "Tue 16:30"]
    assert all(m.tzinfo is UTC for m in found)


def test_a_day_is_the_day_in_shanghai() -> None:
    """07:00 on Monday in Shanghai is still Sunday in UTC."""
    first = datetime(2026, 3, 8, 23, 0, tzinfo=UTC)
    assert _dates("FREQ=WEEKLY;BYDAY=MO", date(2026, 3, 9), date(2026, 3, 10), first) == [date(2026, 3, 9)]


def test_until_includes_its_day_and_count_counts_from_the_first() -> None:
    assert _dates("FREQ=WEEKLY;UNTIL=20260321", date(2026, 3, 1), date(2026, 5, 1))[-1] == date(2026, 3, 21)
    assert _dates("FREQ=WEEKLY;COUNT=3", date(2026, 3, 15), date(2026, 5, 1)) == [date(2026, 3, 21)]


def test_the_window_is_half_open() -> None:
    assert _dates("FREQ=DAILY", date(2026, 3, 8), date(2026, 3, 10)) == [date(2026, 3, 8), date(2026, 3, 9)]


def test_a_midnight_belongs_to_the_day_it_begins() -> None:
    midnight = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    assert _dates("FREQ=DAILY", date(2026, 3, 8), date(2026, 3, 9), midnight) == [date(2026, 3, 8)]


def test_a_first_date_between_two_seconds_is_there_and_stays_there() -> None:
    first = datetime(2026, 1, 5, 1, 0, 0, 250_000, tzinfo=UTC)
    found = list(starts("FREQ=DAILY;COUNT=2", first, date(2026, 1, 1), date(2026, 2, 1)))
    assert found == [first, first + timedelta(days=1)]


def test_nothing_before_the_first() -> None:
    assert _dates("FREQ=DAILY", date(2026, 1, 1), date(2026, 3, 7)) == []


@pytest.mark.parametrize(
    ("rule", "until", "expected"),
    [
        ("FREQ=WEEKLY;COUNT=2", date(2026, 3, 14), False),
        ("FREQ=WEEKLY;COUNT=2", date(2026, 3, 15), True),
        ("FREQ=WEEKLY;UNTIL=20260314", date(2026, 3, 14), False),
        ("FREQ=WEEKLY;UNTIL=20260314", date(2026, 3, 15), True),
        ("FREQ=WEEKLY", date(2126, 1, 1), False),
    ],
)
def test_when_a_rule_has_no_more(rule: str, until: date, expected: bool) -> None:
    assert is_exhausted(rule, FIRST, until) is expected


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "every saturday",
        "FREQ=HOURLY",
        "FREQ=SECONDLY",
        "BYDAY=MO",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY;COUNT=3;UNTIL=20270101",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;COUNT=100000",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYMONTHDAY=-31",
        "FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12",
        "FREQ=MONTHLY;BYMONTHDAY=29,30;BYSETPOS=-1",
        "FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2",
        "FREQ=MONTHLY;BYDAY=5SA",
        "FREQ=MONTHLY;BYDAY=1SA,MO",
        "FREQ=MONTHLY;BYMONTH=2",
        "FREQ=YEARLY;BYMONTH=2",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=2MO",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=WEEKLY;UNTIL=20269901",
        "FREQ=WEEKLY\nEXDATE:20260101",
        "FREQ=WEEKLY;WKST=",
        "FREQ=WEEKLY;" + "WKST=MO;" * 30,
    ],
)
def test_rules_that_are_refused(rule: str) -> None:
    with pytest.raises(RuleUnreadable):
        normalise(rule)


def test_a_refusal_repeats_nothing_that_was_typed() -> None:
    with pytest.raises(RuleUnreadable) as refusal:
        normalise("FREQ=WEEKLY;王13812345678=1")
    assert "13812345678" not in str(refusal.value)
    assert "王" not in str(refusal.value)


DAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])


@st.composite
def _rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}"]
    number = st.sampled_from(["", "1", "2", "4", "-1", "-4"])
    if draw(st.booleans()):
        days = draw(st.lists(DAYS, min_size=1, max_size=3, unique=True))
        parts.append("BYDAY=" + ",".join(draw(number) + day for day in days))
    if draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(st.integers(-31, 31))}")
    if draw(st.booleans()):
        parts.append(f"BYMONTH={draw(st.integers(1, 12))}")
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 99))}")
    return ";".join(parts)


@given(_rules(), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001  a wall clock has no zone
@settings(max_examples=150)
def test_whatever_is_taken_answers_at_once_and_once_a_day(rule: str, wall: datetime) -> None:
    """A rule that never comes true costs 0.2 s and more of dateutil's time, the others less than a millisecond."""
    try:
        taken = normalise(rule, None, ShortMonth.SKIP)
    except RuleUnreadable:
        return
    first = wall.replace(second=0, microsecond=0, tzinfo=ZONE).astimezone(UTC)
    since = local_date(first)
    began = process_time()
    found = [local_date(moment) for moment in starts(taken, first, since, since + timedelta(days=60))]
    assert process_time() - began < 0.15
    assert found == sorted(set(found))


@given(st.integers(0, 400), st.integers(0, 90))
@settings(max_examples=60)
def test_windows_side_by_side_miss_and_double_nothing(offset: int, length: int) -> None:
    rule, begin = "FREQ=WEEKLY;BYDAY=TU,SA", date(2026, 3, 1)
    middle, end = begin + timedelta(days=offset), begin + timedelta(days=offset + length)
    assert _dates(rule, begin, middle) + _dates(rule, middle, end) == _dates(rule, begin, end)
    plain = rrulestr(rule, dtstart=FIRST.astimezone(ZONE).replace(tzinfo=None))
    assert isinstance(plain, rrule)
    expected = plain.between(datetime(2026, 3, 1), datetime.combine(end, datetime.min.time()))  # noqa: DTZ001  a wall clock has no zone
    assert _dates(rule, begin, end) == [moment.date() for moment in expected]
