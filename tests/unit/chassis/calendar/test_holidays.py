"""Public holidays: those of the notices, no weekends besides, what was loaded, and the law where there is neither."""

from datetime import date, timedelta

import pytest

from services.chassis.calendar.days import Arrangement
from services.chassis.calendar.holidays import Holidays

KNOWN = Holidays()


def test_holidays_are_those_of_the_notice() -> None:
    assert KNOWN.is_holiday(date(2024, 2, 12))
    assert KNOWN.is_holiday(date(2024, 10, 1))
    assert not KNOWN.is_holiday(date(2024, 2, 18))  # a Sunday that is worked
    assert not KNOWN.is_holiday(date(2024, 1, 27))  # a Saturday like others
    assert not KNOWN.is_holiday(date(1990, 10, 1))
    assert KNOWN.is_workday(date(2024, 2, 18))


def test_years_without_a_notice_have_those_of_the_law() -> None:
    assert [KNOWN.is_holiday(date(2090, 10, day)) for day in (1, 9)] == [True, False]
    assert [KNOWN.is_workday(date(2027, 1, day)) for day in (1, 2, 4)] == [False, False, True]


@pytest.mark.parametrize("year", [2024, 2027])
def test_stretches_hold_the_same_days(year: int) -> None:
    days = {date(year, 1, 1) + timedelta(days=n) for n in range(366 + 365)}
    within = {day for day in days if any(first <= day <= last for first, last in KNOWN.spans(year))}
    assert within == {day for day in days if day.year <= year + 1 and KNOWN.is_holiday(day)}


def test_an_arrangement_counts_in_its_community_until_it_is_taken_back() -> None:
    known, off = Holidays(), frozenset(date(2027, 1, day) for day in (1, 2, 3))
    known.load({"here": {2027: Arrangement(off, frozenset({date(2027, 1, 9)}))}})
    saturday = date(2027, 1, 9)
    assert [known.is_workday(saturday, community) for community in ("here", "there", "")] == [True, False, False]
    assert [known.is_holiday(date(2027, 1, 3), community) for community in ("here", "there")] == [True, False]
    assert known.spans(2026, "here")[-1] == (date(2027, 1, 1), date(2027, 1, 3))
    assert known.spans(2027, "here")[0] == (date(2027, 1, 1), date(2027, 1, 3))
    known.load({})
    assert not known.is_workday(saturday, "here")
