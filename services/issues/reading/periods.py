"""Periods as people write them: 2026, 2026-11, 2026-W48, 2026-11-26."""

import re
from datetime import date

from services.chassis.errors import Invalid
from services.issues.reading.figures import Period, Step

_WRITTEN = re.compile(r"(?P<year>[0-9]{4})(?:-(?:W(?P<week>[0-9]{2})|(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?))?")


class UnknownPeriod(
    Invalid,
    code="kpi.unknown-period",
    zh="统计区间应写作 2026、2026-11、2026-W48 或 2026-11-26，或给出起止日期。",
    en="A period is written 2026, 2026-11, 2026-W48 or 2026-11-26, or given as from and to.",
):
    """The text is no year, month, week or day, or there is no such one."""


def period_of(written: str) -> Period:
    """The period that `written` means.

    Raises:
        UnknownPeriod: `written` is no year, month, week or day.
    """
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise UnknownPeriod()
    try:
        return _days(int(found["year"]), *(None if found[name] is None else int(found[name]) for name in _PARTS))
    except (ValueError, OverflowError):
        raise UnknownPeriod() from None


_PARTS = ("week", "month", "day")


def _days(year: int, week: int | None, month: int | None, day: int | None) -> Period:
    if week is not None:
        return next(Period(date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)).parts(Step.WEEK))
    if day is not None and month is not None:
        return Period(date(year, month, day), date(year, month, day))
    if month is not None:
        return next(Period(date(year, month, 1), date(year, 12, 31)).parts(Step.MONTH))
    return Period(date(year, 1, 1), date(year, 12, 31))
