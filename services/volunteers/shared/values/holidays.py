"""The public holidays of the country, as chinesecalendar knows them from the State Council's notices.

Weekends that are no holidays are not among them, nor are years for which there is no notice yet.
"""

from datetime import date, timedelta
from functools import cache

import chinese_calendar

_FIRST_YEAR = 2004


@cache
def _of_year(year: int) -> frozenset[date]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    try:
        return frozenset(
            day for day in days if day.year == year and _is_named(day) and chinese_calendar.is_holiday(day)
        )
    except NotImplementedError:
        return frozenset()


def _is_named(day: date) -> bool:
    """Whether it is a holiday by name, and not only a weekend."""
    return chinese_calendar.get_holiday_detail(day)[1] is not None


def is_holiday(day: date) -> bool:
    """Whether `day` is a public holiday."""
    return day.year >= _FIRST_YEAR and day in _of_year(day.year)


@cache
def spans(year: int) -> tuple[tuple[date, date], ...]:
    """The holidays of `year` and the next, as the first and the last day of each stretch."""
    found: list[tuple[date, date]] = []
    for day in sorted(_of_year(year) | _of_year(year + 1)):
        if found and found[-1][1] + timedelta(days=1) == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return tuple(found)
