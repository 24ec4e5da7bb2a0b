"""Recurrence rules (RFC 5545, 3.3.10) on the community's wall clock, by dateutil.

Taken: FREQ=DAILY|WEEKLY|MONTHLY|YEARLY with INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, WKST, and COUNT or UNTIL (a date,
inclusive). So a rule gives at most one start a day. What else RFC 5545 knows is refused, and so are combinations
that may never come true: dateutil would look for their next date until the year 9999.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from services.events.domain.errors import RuleUnreadable

ZONE = ZoneInfo("Asia/Shanghai")

_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST", "COUNT", "UNTIL"})
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_DAY = r"(?:[+-]?[1-4])?(?:MO|TU|WE|TH|FR|SA|SU)"
_VALUES = {
    "INTERVAL": re.compile(r"[1-9]\d?"),
    "BYDAY": re.compile(rf"{_DAY}(?:,{_DAY})*"),
    "BYMONTHDAY": re.compile(r"-?(?:1\d|2[0-8]|[1-9])(?:,-?(?:1\d|2[0-8]|[1-9]))*"),
    "BYMONTH": re.compile(r"(?:1[0-2]|[1-9])(?:,(?:1[0-2]|[1-9]))*"),
    "WKST": re.compile(r"MO|TU|WE|TH|FR|SA|SU"),
    "COUNT": re.compile(r"[1-9]\d{0,2}"),
    "UNTIL": re.compile(r"\d{8}"),
}
MAX_LENGTH = 200


def normalise(rule: str) -> str:
    """`rule` in upper case without `RRULE:`.

    Raises:
        RuleUnreadable: it is not a rule, or one that isn't taken.
    """
    text = rule.strip().upper().removeprefix("RRULE:")
    if len(text) > MAX_LENGTH:
        raise RuleUnreadable(why=f"> {MAX_LENGTH}")
    parts = _split(text)
    if parts.get("FREQ") not in _FREQUENCIES:
        raise RuleUnreadable(why="FREQ")
    for name, value in parts.items():
        if name != "FREQ" and not _VALUES[name].fullmatch(value):
            raise RuleUnreadable(why=name)
    _refuse_hollow(parts)
    _parse(text, datetime(2000, 1, 1))  # noqa: DTZ001  a wall clock has no zone
    return text


def starts(rule: str, first: datetime, since: date, until: date) -> Iterator[datetime]:
    """The starts (UTC) of `rule` whose date lies in [since, until), from `first` (aware) on, in order."""
    wall = first.astimezone(ZONE).replace(tzinfo=None)
    whole = wall.replace(microsecond=0)  # dateutil knows no parts of a second: it would pass the first date by
    begin, end = max(whole, datetime.combine(since, time.min)), datetime.combine(until, time.min)
    found = _parse(rule, wall).xafter(begin, inc=True)
    for start in takewhile(lambda moment: moment < end, found):
        yield start.replace(microsecond=wall.microsecond, tzinfo=ZONE).astimezone(first.tzinfo)


def is_exhausted(rule: str, first: datetime, until: date) -> bool:
    """Whether `rule` has no date at or after `until`."""
    if "COUNT=" not in rule and "UNTIL=" not in rule:
        return False
    wall = first.astimezone(ZONE).replace(tzinfo=None)
    return _parse(rule, wall).after(datetime.combine(until, time.min), inc=True) is None


def local_date(moment: datetime) -> date:
    """The date on the community's calendar."""
    return moment.astimezone(ZONE).date()


def _split(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if name not in _PARTS or not equals or name in parts:
            raise RuleUnreadable(why=name if name in _PARTS else "?")
        parts[name] = value
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleUnreadable(why="COUNT+UNTIL")
    return parts


def _refuse_hollow(parts: dict[str, str]) -> None:
    days = parts.get("BYDAY", "").split(",")
    numbered = any(len(day) > 2 for day in days)
    if numbered and any(len(day) == 2 for day in days):
        raise RuleUnreadable(why="BYDAY")  # dateutil would want a day to be both, the first Saturday and any Monday
    if numbered and (parts["FREQ"] not in {"MONTHLY", "YEARLY"} or "BYMONTHDAY" in parts):
        raise RuleUnreadable(why="BYDAY")
    if "BYMONTHDAY" in parts and parts["FREQ"] not in {"MONTHLY", "YEARLY"}:
        raise RuleUnreadable(why="BYMONTHDAY")
    if "BYMONTH" in parts and parts["FREQ"] in {"MONTHLY", "YEARLY"} and not {"BYDAY", "BYMONTHDAY"} & parts.keys():
        raise RuleUnreadable(why="BYMONTH")  # the day would be that of the first date: 30 February never comes
    if "INTERVAL" in parts and parts["FREQ"] == "DAILY" and ("BYDAY" in parts or "BYMONTH" in parts):
        raise RuleUnreadable(why="INTERVAL")
    if "INTERVAL" in parts and "BYMONTH" in parts:
        raise RuleUnreadable(why="INTERVAL+BYMONTH")


def _parse(rule: str, wall: datetime) -> rrule:
    text = re.sub(r"UNTIL=(\d{8})(?!T)", r"UNTIL=\1T235959", rule)
    try:
        parsed = rrulestr(text, dtstart=wall)
    except (ValueError, OverflowError) as error:
        raise RuleUnreadable(why="RRULE") from error
    if not isinstance(parsed, rrule):
        raise RuleUnreadable(why="RRULE")
    return parsed


def end_of(start: datetime, minutes: int) -> datetime:
    """When a date of that length ends."""
    return start + timedelta(minutes=minutes)
