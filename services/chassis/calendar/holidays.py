"""The public holidays that a process has at hand, as it has the database of time zones.

`HOLIDAYS` is one for each process: what it says of a day is a fact of the country and no state of any service. The room
`loaded_holidays` keeps it to the arrangements that operators have loaded; a process that has none knows what was
announced, and the law.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from services.chassis.calendar import days
from services.chassis.calendar.days import Arrangement

_DAY = timedelta(days=1)


class Holidays:
    """Workdays and public holidays, with the arrangements that were loaded by community and year.

    Where no community is named, nothing that was loaded counts.
    """

    def __init__(self) -> None:
        self._loaded: Mapping[str, Mapping[int, Arrangement]] = {}

    def load(self, arrangements: Mapping[str, Mapping[int, Arrangement]]) -> None:
        """Let these arrangements count from now on, and no others."""
        self._loaded = arrangements

    def arrangement(self, year: int, community: str) -> Arrangement | None:
        """The arrangement of `year` that was loaded in `community`."""
        return self._loaded.get(community, {}).get(year)

    def is_workday(self, day: date, community: str = "") -> bool:
        """Whether people work on `day`."""
        return days.is_workday(day, self.arrangement(day.year, community))

    def is_holiday(self, day: date, community: str = "") -> bool:
        """Whether `day` belongs to a public holiday."""
        return days.is_holiday(day, self.arrangement(day.year, community))

    def spans(self, year: int, community: str = "") -> tuple[tuple[date, date], ...]:
        """The holidays of `year` and the next, as the first and the last day of each stretch."""
        return _spans(year, self.arrangement(year, community), self.arrangement(year + 1, community))


HOLIDAYS = Holidays()


@lru_cache(maxsize=256)
def _spans(year: int, this: Arrangement | None, next: Arrangement | None) -> tuple[tuple[date, date], ...]:
    first, turn = date(year, 1, 1), date(year + 1, 1, 1)
    found: list[tuple[date, date]] = []
    for day in (first + n * _DAY for n in range((date(year + 2, 1, 1) - first).days)):
        if not days.is_holiday(day, this if day < turn else next):
            continue
        if found and found[-1][1] + _DAY == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return tuple(found)
