"""Public holidays of a year whose arrangement is not announced yet, as the law has them (State Council Order 795).

The law names the holidays of all citizens: some by the solar calendar, some by the lunar one, and Qingming by its solar
term. A holiday that falls on a Saturday or Sunday is made up for by the next working day (补假). What the law can't say
is which weekends are worked for longer holidays (调休): that is announced late in the year before.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from chinese_calendar import get_solar_terms
from lunar_python import Lunar

_DAY = timedelta(days=1)
_SATURDAY = 5
_FIRST, _LAST = 2004, 2099
"""Of earlier years everything was announced, and nobody has computed the solar terms of later ones."""


@lru_cache(maxsize=64)
def statutory(year: int) -> frozenset[date]:
    """The days off beside the weekends that the law gives in `year`, with those that make up for weekends."""
    if not _FIRST <= year <= _LAST:
        return frozenset()
    holidays = [list(each) for each in _holidays(year)]
    off = {day for each in holidays for day in each}
    for each in holidays:
        after = each[-1] + _DAY
        for _ in [day for day in each if day.weekday() >= _SATURDAY]:
            while after.weekday() >= _SATURDAY or after in off:
                after += _DAY
            off.add(after)
    return frozenset(off)


def _holidays(year: int) -> Iterator[Iterator[date]]:
    """New Year, Spring Festival from its eve on, Qingming, Labour Day, Dragon Boat, National Day with Mid-Autumn."""
    yield _days(date(year, 1, 1), 1)
    yield _days(_lunar(year, 1, 1) - _DAY, 4)
    yield _days(_qingming(year), 1)
    yield _days(date(year, 5, 1), 2)
    yield _days(_lunar(year, 5, 5), 1)
    national, autumn = date(year, 10, 1), _lunar(year, 8, 15)
    if autumn in _days(national, 3):
        yield _days(national, 4)  # they share a day, and none is lost
        return
    yield _days(autumn, 1)
    yield _days(national, 3)


def _days(first: date, many: int) -> Iterator[date]:
    return (first + n * _DAY for n in range(many))


def _lunar(year: int, month: int, day: int) -> date:
    """The date of a day of the lunar year that begins in `year`."""
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def _qingming(year: int) -> date:
    [(day, _)] = get_solar_terms(date(year, 4, 4), date(year, 4, 6))
    return date(day.year, day.month, day.day)
