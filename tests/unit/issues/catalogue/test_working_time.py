"""Working time against a slow clock that looks at every minute, across the holidays of real years."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.chassis.calendar.days import Arrangement
from services.chassis.values import ZONE
from services.issues.catalogue.domain.catalogue import Span, SpanUnit
from services.issues.catalogue.domain.working_time import NeverOpen, WorkingTime
from tests.unit.chassis.calendar import law

TIME = WorkingTime()
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


moments = st.integers(0, 715 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + minutes * MINUTE)
lengths = st.integers(0, 5 * 7 * 60).map(lambda minutes: minutes * MINUTE)


def slow(start: datetime, end: datetime) -> timedelta:
    """Each minute looked at by itself."""
    passed, moment = timedelta(), start
    while moment < end:
        here = moment.astimezone(ZONE)
        open_now = time(8, 30) <= here.time() < time(12) or time(14) <= here.time() < time(17, 30)
        passed += MINUTE if open_now and TIME.is_workday(here.date()) else timedelta()
        moment += MINUTE
    return passed


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-10-01", False),  # National Day, and Mid-Autumn with it, up to the 8th
        ("2025-10-08", False),
        ("2025-10-09", True),
        ("2025-09-28", True),  # a Sunday, made up for
        ("2025-10-11", True),  # a Saturday, made up for
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # a Saturday, made up for
        ("2026-02-17", False),  # Spring Festival
        ("2026-11-28", False),  # a Saturday like any other
        ("2093-05-18", True),  # a Monday of a year that nobody has announced
        ("2093-05-16", False),
        ("2093-05-01", False),  # and its Labour Day, a Friday
        ("2093-01-27", False),  # and its Spring Festival, a Tuesday
    ],
)
def test_holidays_and_make_up_workdays(day: str, works: bool) -> None:
    assert TIME.is_workday(date.fromisoformat(day)) is works


def test_a_year_that_is_not_announced_has_the_holidays_of_the_law() -> None:
    off = {date(2027, 1, 1) + timedelta(days=n) for n in range(365)} - {
        day for n in range(365) if TIME.is_workday(day := date(2027, 1, 1) + timedelta(days=n))
    }
    assert sorted(day.isoformat()[5:] for day in off if day.weekday() < 5) == [
        *("01-01", "02-05", "02-08", "02-09", "02-10", "04-05", "05-03", "05-04"),
        *("06-09", "09-15", "10-01", "10-04", "10-05"),
    ]
    assert len([day for day in off if day.weekday() > 4]) == 104


def test_deadlines_and_rounds_keep_off_the_holidays_of_years_to_come() -> None:
    assert [day for day in law.ALL if TIME.is_workday(day) or not TIME.is_holiday(day)] == []


def test_an_arrangement_that_was_loaded_overrules_the_law() -> None:
    off = frozenset(date(2027, 1, day) for day in (1, 2, 3))
    loaded = WorkingTime(arrangements={2027: Arrangement(off, frozenset({date(2027, 1, 9)}))})
    assert [loaded.is_workday(date(2027, 1, day)) for day in (1, 4, 9, 10)] == [False, True, True, False]
    assert [loaded.is_holiday(date(2027, 1, day)) for day in (2, 9, 10)] == [True, False, False]
    assert not loaded.is_workday(date(2026, 10, 1))
    assert loaded.is_workday(date(2027, 2, 5))  # a year is announced as a whole


@pytest.mark.parametrize(("day", "holiday"), [("2026-10-03", True), ("2026-11-28", False), ("2027-02-06", True)])
def test_a_holiday_is_no_weekend(day: str, holiday: bool) -> None:
    assert TIME.is_holiday(date.fromisoformat(day)) is holiday


def test_a_deployment_overrules_the_calendar() -> None:
    named = WorkingTime(holidays=frozenset({date(2026, 11, 26)}), workdays=frozenset({date(2026, 11, 28)}))
    assert not named.is_workday(date(2026, 11, 26))
    assert named.is_workday(date(2026, 11, 28))


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        ("2026-11-26 09:00", Span(amount=2, unit=SpanUnit.WORKING_HOURS), "2026-11-26 11:00"),
        ("2026-11-26 11:00", Span(amount=2, unit=SpanUnit.WORKING_HOURS), "2026-11-26 15:00"),
        ("2026-11-27 17:00", Span(amount=1, unit=SpanUnit.WORKING_HOURS), "2026-11-30 09:00"),
        ("2026-11-28 03:00", Span(amount=1, unit=SpanUnit.WORKING_HOURS), "2026-11-30 09:30"),
        ("2025-09-30 17:00", Span(amount=1, unit=SpanUnit.WORKING_DAYS), "2025-10-09 17:00"),
        ("2025-10-10 17:00", Span(amount=1, unit=SpanUnit.WORKING_DAYS), "2025-10-11 17:00"),
        ("2026-11-26 09:00", Span(amount=1, unit=SpanUnit.WORKING_DAYS), "2026-11-27 09:00"),
        ("2026-11-26 08:00", Span(amount=1, unit=SpanUnit.WORKING_DAYS), "2026-11-26 17:30"),
        ("2026-11-27 17:00", Span(amount=4, unit=SpanUnit.HOURS), "2026-11-27 21:00"),
    ],
)
def test_when_a_span_is_over(start: str, span: Span, due: str) -> None:
    assert TIME.due(at(start), span) == at(due)


@given(moments, st.integers(0, 12 * 24 * 60))
@example(datetime(2025, 9, 27, tzinfo=UTC), 14 * 24 * 60)
def test_what_passes_is_what_a_slow_clock_counts(start: datetime, minutes: int) -> None:
    end = start + minutes * MINUTE
    assert TIME.between(start, end, plain=False) == slow(start, end)


@given(moments, lengths)
def test_the_end_of_a_length_is_the_first_moment_at_which_it_has_passed(start: datetime, length: timedelta) -> None:
    end = TIME.later(start, length, plain=False)
    assert TIME.between(start, end, plain=False) == length
    assert length == timedelta() or TIME.between(start, end - MINUTE, plain=False) < length


@given(moments, lengths, lengths, st.booleans())
def test_two_lengths_one_after_the_other_are_their_sum(
    start: datetime, first: timedelta, second: timedelta, plain: bool
) -> None:
    between = TIME.later(start, first, plain=plain)
    assert TIME.later(between, second, plain=plain) == TIME.later(start, first + second, plain=plain)


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(12), time(8)),),
        ((time(8), time(12)), (time(11), time(17))),
        ((time(8), time(8, 59)),),
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(NeverOpen):
        WorkingTime(hours)
