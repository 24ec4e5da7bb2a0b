"""Recurrence rules (RFC 5545, 3.3.10) as rounds need them, on the community's wall clock, by dateutil.

Taken: FREQ=DAILY|WEEKLY|MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, BYSETPOS, and COUNT or UNTIL (a date, inclusive). So
«the 5th of every month» is FREQ=MONTHLY;BYMONTHDAY=5, «the second Tuesday» FREQ=MONTHLY;BYDAY=2TU, and «the first
weekday from Monday to Friday» FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1, and «the last day» is
FREQ=MONTHLY;BYMONTHDAY=-1. A rule gives at most one start a day.
Refused is what may never come true: dateutil would look for its next date until the year 9999.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from services.chassis.errors import Invalid

ZONE = ZoneInfo("Asia/Shanghai")
MAX_LENGTH = 200
_IN_EVERY_MONTH = 28

_DAY = r"(?:[+-]?[1-4])?(?:MO|TU|WE|TH|FR|SA|SU)"
_MONTHDAY = r"-?(?:1\d|2[0-8]|[1-9])"
_VALUES = {
    "FREQ": re.compile(r"DAILY|WEEKLY|MONTHLY"),
    "INTERVAL": re.compile(r"[1-9]\d?"),
    "BYDAY": re.compile(rf"{_DAY}(?:,{_DAY})*"),
    "BYMONTHDAY": re.compile(rf"{_MONTHDAY}(?:,{_MONTHDAY})*"),
    "BYSETPOS": re.compile(r"-?[1-4]"),
    "COUNT": re.compile(r"[1-9]\d{0,2}"),
    "UNTIL": re.compile(r"\d{8}"),
}


class RuleUnreadable(
    Invalid,
    code="round-plan.rule",
    zh="重复规则不支持：{part}。",
    en="The rule can't be taken: {part}.",
):
    """It is no recurrence rule, or one that isn't taken."""


def normalise(rule: str) -> str:
    """`rule` in upper case without `RRULE:`.

    Raises:
        RuleUnreadable: it is not a rule, or one that isn't taken.
    """
    text = rule.strip().upper().removeprefix("RRULE:")
    parts: dict[str, str] = {}
    for part in text.split(";")[: len(_VALUES) + 1] if len(text) <= MAX_LENGTH else ():
        name, _, value = part.partition("=")
        if name not in _VALUES or name in parts or not _VALUES[name].fullmatch(value):
            raise RuleUnreadable(part=name if name in _VALUES else "?")
        parts[name] = value
    if "FREQ" not in parts:
        raise RuleUnreadable(part="FREQ")
    _refuse_hollow(parts)
    _parse(text, datetime(2000, 1, 1))  # noqa: DTZ001  a wall clock has no zone
    return text


def require_every_month(rule: str, first: datetime) -> None:
    """Raises RuleUnreadable where `rule`, in upper case, takes its day of the month from `first`, and not every month
    has that day: rounds on the 31st would leave five months out, and nobody is told."""
    if "FREQ=MONTHLY" in rule and "BY" not in rule and local_date(first).day > _IN_EVERY_MONTH:
        raise RuleUnreadable(part="BYMONTHDAY")


def starts(rule: str, first: datetime, since: date) -> Iterator[datetime]:
    """The starts (UTC) of `rule` from `first` (aware) on with a date of `since` or later, in order; maybe endless."""
    wall = first.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    for start in _parse(rule, wall).xafter(max(wall, datetime.combine(since, time.min)), inc=True):
        yield start.replace(tzinfo=ZONE).astimezone(UTC)


def local_date(moment: datetime) -> date:
    """The date on the community's calendar."""
    return moment.astimezone(ZONE).date()


def _refuse_hollow(parts: dict[str, str]) -> None:
    days = [day for day in parts.get("BYDAY", "").split(",") if day]
    numbered = [day for day in days if len(day) > 2]
    monthly = parts["FREQ"] == "MONTHLY"
    if numbered and (len(numbered) < len(days) or not monthly or "BYMONTHDAY" in parts or "BYSETPOS" in parts):
        raise RuleUnreadable(part="BYDAY")  # dateutil would want a day to be both, the first Saturday and any Monday
    if "BYMONTHDAY" in parts and not monthly:
        raise RuleUnreadable(part="BYMONTHDAY")
    if "BYSETPOS" in parts and (not monthly or not days or "BYMONTHDAY" in parts):
        raise RuleUnreadable(part="BYSETPOS")  # there is no second one of a single day
    if days and parts["FREQ"] == "DAILY" and "INTERVAL" in parts:
        raise RuleUnreadable(part="INTERVAL")  # every seventh day is never another weekday
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleUnreadable(part="COUNT+UNTIL")


def _parse(rule: str, wall: datetime) -> rrule:
    text = re.sub(r"UNTIL=(\d{8})(?!T)", r"UNTIL=\1T235959", rule)
    try:
        parsed = rrulestr(text, dtstart=wall)
    except (ValueError, OverflowError) as error:
        raise RuleUnreadable(part="RRULE") from error
    if not isinstance(parsed, rrule):
        raise RuleUnreadable(part="RRULE")
    return parsed
