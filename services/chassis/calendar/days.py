"""Whether a day is worked, and whether it belongs to a public holiday.

Holidays and make-up workdays are those that the State Council announces, year by year, late in the year before;
`chinese_calendar` carries them. What it does not carry yet is an `Arrangement`, which an operator loads; until then
a year has the holidays that the law gives (`statutory`).
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import chinese_calendar

from services.chassis.calendar.statutory import statutory

_SATURDAY = 5


@dataclass(frozen=True)
class Arrangement:
    """The arrangement of one year as it was announced: the days off of its holidays, and the weekends worked."""

    off: frozenset[date]
    worked: frozenset[date]

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day` of that year."""
        return day in self.worked or (day not in self.off and _is_weekday(day))


def is_workday(day: date, arrangement: Arrangement | None = None) -> bool:
    """Whether people work on `day`. `arrangement` is the one of its year, where one was loaded."""
    return _works(day) if arrangement is None else arrangement.is_workday(day)


def is_holiday(day: date, arrangement: Arrangement | None = None) -> bool:
    """Whether `day` belongs to a public holiday: weekends within one do, and other weekends do not."""
    return _celebrates(day) if arrangement is None else day in arrangement.off


@lru_cache(maxsize=4096)
def _works(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return _is_weekday(day) and day not in statutory(day.year)


@lru_cache(maxsize=4096)
def _celebrates(day: date) -> bool:
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return day in statutory(day.year)
    return bool(off and name)


def _is_weekday(day: date) -> bool:
    return day.weekday() < _SATURDAY
