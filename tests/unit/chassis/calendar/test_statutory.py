"""The holidays that the law gives to a year, against the years that were announced, and against a printed calendar."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from services.chassis.calendar.statutory import statutory
from tests.unit.chassis.calendar.law import HOLIDAYS


@pytest.mark.parametrize("year", range(2025, 2027))
def test_the_holidays_of_the_law_are_in_what_was_announced_for_years_that_were(year: int) -> None:
    """Days that make up for weekends were moved by the announcement, the holidays themselves were not."""
    holidays = [day for day in statutory(year) if chinese_calendar.get_holiday_detail(day)[1]]
    assert len(holidays) >= 13
    assert len(statutory(year)) - len(holidays) <= 1


@pytest.mark.parametrize("year", HOLIDAYS)
def test_years_to_come_have_the_holidays_of_the_law_and_a_workday_off_for_each_on_a_weekend(year: int) -> None:
    made_up = statutory(year) - HOLIDAYS[year]
    assert HOLIDAYS[year] <= statutory(year)
    assert len(made_up) == sum(day.weekday() > 4 for day in HOLIDAYS[year])
    assert all(day.weekday() < 5 and _follows(day, year) for day in made_up)


def _follows(day: date, year: int) -> bool:
    """Whether nothing but days off lies between `day` and the holiday before it."""
    before = day - timedelta(days=1)
    return before in HOLIDAYS[year] or ((before.weekday() > 4 or before in statutory(year)) and _follows(before, year))


def test_holidays_that_share_a_day_lose_none() -> None:
    """Mid-Autumn lies in the National Day of 2028."""
    autumn = {date(2028, 10, day) for day in range(1, 6)}
    assert autumn <= statutory(2028)
    assert date(2028, 10, 6) not in statutory(2028)


def test_nobody_is_told_holidays_of_years_that_were_before_the_first_announcement() -> None:
    assert (statutory(1990), statutory(2100)) == (frozenset(), frozenset())
