"""The arrangement of a year's holidays, loaded as data the day it is announced. Loaded again, it replaces the first."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.calendar.days import Arrangement
from services.chassis.errors import Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Request
from services.contracts.issues import CalendarYearLoaded, CalendarYearState
from services.contracts.marks import Officer

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_SATURDAY = 5

Year = Annotated[int, Field(ge=_FIRST_YEAR, le=_LAST_YEAR)]


class CalendarMalformed(
    Invalid,
    code="calendar.malformed",
    zh="{day} 不能列入：放假日和调休上班日须在 {year} 年内，上班日须是周末，且不能同为放假日。",
    en="{day} can't stand there: days lie in {year}, a day worked is on a weekend, and no day is both off and worked.",
):
    """The arrangement names a day that it can't mean."""


class LoadYear(Request):
    """The arrangement of a year as it was announced: all days off of its holidays, and the weekends that are worked."""

    off: Annotated[tuple[date, ...], Field(min_length=1, max_length=100)]
    worked: Annotated[tuple[date, ...], Field(max_length=60)] = ()


class CalendarYear(Aggregate):
    """The arrangement of one year in one community."""

    year: int
    off: tuple[date, ...]
    worked: tuple[date, ...]
    by: Officer[str]
    changed_at: datetime

    @property
    def arrangement(self) -> Arrangement:
        """The arrangement as working time reads it."""
        return Arrangement(frozenset(self.off), frozenset(self.worked))

    def public(self) -> CalendarYearState:
        return CalendarYearState(**{name: getattr(self, name) for name in CalendarYearState.model_fields})


def calendar_id(community: str, year: int) -> str:
    """The id of a year's arrangement in a community."""
    return derived_id("calendar", community, str(year))


def load_year(
    community: str, year: int, command: LoadYear, before: CalendarYear | None, by: Principal, now: datetime
) -> Decision[CalendarYear]:
    """The arrangement of `year`; `before` is the one that was loaded already. Where it says the same, nothing changes.

    Raises:
        CalendarMalformed: a day lies in another year, a day worked is on no weekend, or is off too.
    """
    by.require(community, Role.STAFF, Role.OPERATOR)
    off, worked = tuple(sorted(set(command.off))), tuple(sorted(set(command.worked)))
    wrong = [day for day in (*off, *worked) if day.year != year]
    wrong += [day for day in worked if day.weekday() < _SATURDAY or day in off]
    if wrong:
        raise CalendarMalformed(day=wrong[0].isoformat(), year=year)
    if before is not None and (before.off, before.worked) == (off, worked):
        return decided(before)
    changed = CalendarYear(
        id=calendar_id(community, year),
        community=community,
        year=year,
        off=off,
        worked=worked,
        by=by.sub,
        changed_at=now,
    )
    return decided(changed, event_from(CalendarYearLoaded, changed, by=by.sub))
