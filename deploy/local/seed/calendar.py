"""Dates on the community's calendar, seen from the time that it is there."""

import os
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from deploy.local.trouble import Trouble
from services.chassis.clock import clock_at
from services.issues.catalogue.domain.working_time import WorkingTime

ZONE = ZoneInfo("Asia/Shanghai")
_WORKING = WorkingTime()


def clock_file() -> Path | None:
    """The file that tells the services their time, where they follow one."""
    named = os.environ.get("DEVELOPMENT_CLOCK")
    return Path(named) if named else None


def now() -> datetime:
    """The time that it is for the services."""
    return clock_at(clock_file())()


def at(day: date, hour: str) -> datetime:
    """That hour of the community's day, as `09:30`."""
    return datetime.combine(day, time.fromisoformat(hour), ZONE)


def workdays(first: date, last: date) -> list[date]:
    """The days from `first` to `last`, both among them, on which the committee works."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if _WORKING.is_workday(day)]


def is_free(day: date, vacations: Sequence[tuple[str, str]]) -> bool:
    """Whether schools are closed on `day`: no workday, or within `vacations`, each from `MM-DD` to `MM-DD`."""
    return not _WORKING.is_workday(day) or any(first <= f"{day:%m-%d}" <= last for first, last in vacations)


def first_date(rule: str, at: str, after: datetime) -> datetime:
    """The first start by an RFC 5545 rule later than `after`.

    Raises:
        Trouble: there is none.
    """
    wall = after.astimezone(ZONE).replace(tzinfo=None)
    found = rrulestr(rule, dtstart=datetime.combine(wall.date(), time.fromisoformat(at))).after(wall)
    if found is None:
        raise Trouble(f"The rule {rule} of the demo data has no date any more: mend activities.json.")
    return found.replace(tzinfo=ZONE)


def next_of_year(days: tuple[str, ...], at: str, after: datetime) -> datetime:
    """The first start later than `after` on one of `days`: `YYYY-MM-DD`, or `MM-DD` for every year.

    Raises:
        Trouble: all of them are past.
    """
    year = after.astimezone(ZONE).year
    dates = [date.fromisoformat(day) for text in days for day in _in_years(text, year)]
    starts = (datetime.combine(day, time.fromisoformat(at), ZONE) for day in sorted(dates))
    found = next((start for start in starts if start > after), None)
    if found is None:
        raise Trouble(f"The demo data knows no date after {max(dates)}: add some to activities.json.")
    return found


def _in_years(text: str, year: int) -> list[str]:
    return [text] if len(text) == len("YYYY-MM-DD") else [f"{year}-{text}", f"{year + 1}-{text}"]
