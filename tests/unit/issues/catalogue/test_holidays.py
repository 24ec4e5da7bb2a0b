"""The holidays that the law gives to a year, against the years that were announced."""

from datetime import date

import chinese_calendar
import pytest

from services.issues.catalogue.domain.holidays import statutory


@pytest.mark.parametrize("year", range(2025, 2027))
def test_the_holidays_of_the_law_are_in_what_was_announced_for_years_that_were(year: int) -> None:
    """Days that make up for weekends were moved by the announcement, the holidays themselves were not."""
    holidays = [day for day in statutory(year) if chinese_calendar.get_holiday_detail(day)[1]]
    assert len(holidays) >= 13
    assert len(statutory(year)) - len(holidays) <= 1


def test_holidays_that_share_a_day_lose_none() -> None:
    """Mid-Autumn lies in the National Day of 2028."""
    autumn = {date(2028, 10, day) for day in range(1, 6)}
    assert autumn <= statutory(2028)
    assert date(2028, 10, 6) not in statutory(2028)
