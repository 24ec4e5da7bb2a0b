"""Dates on the community's calendar, seen from now on."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from deploy.local.trouble import Trouble

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    return datetime.now(UTC)


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


def full_minute(after: datetime) -> datetime:
    """The first full minute at or after a time, on the community's clock."""
    begun = after.astimezone(ZONE).replace(second=0, microsecond=0)
    return begun if begun == after else begun + timedelta(minutes=1)


def _in_years(text: str, year: int) -> list[str]:
    return [text] if len(text) == len("YYYY-MM-DD") else [f"{year}-{text}", f"{year + 1}-{text}"]
