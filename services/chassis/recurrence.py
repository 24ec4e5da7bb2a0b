"""Recurrence rules (RFC 5545, 3.3.10) on the community's wall clock, by dateutil.

A caller says in `Taken` which parts of RFC 5545 it takes; what else there is, is refused. A rule gives at most one
start a day. Combinations that may never come true are refused too: dateutil would look for their next date until the
year 9999.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import takewhile

from dateutil.rrule import rrule, rrulestr

from services.chassis.errors import CommunityError
from services.chassis.values import ZONE
from services.chassis.words import Worded

MAX_LENGTH = 200
"""So many characters a rule may have."""

_WEEKDAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_NUMBERED = rf"(?:[+-]?[1-4])?{_WEEKDAY}"
_MONTHDAY = r"-?(?:[12]\d|3[01]|[1-9])"
_MONTH = r"(?:1[0-2]|[1-9])"
_VALUES = {
    "INTERVAL": re.compile(r"[1-9]\d?"),
    "BYDAY": re.compile(rf"{_NUMBERED}(?:,{_NUMBERED})*"),
    "BYMONTHDAY": re.compile(rf"{_MONTHDAY}(?:,{_MONTHDAY})*"),
    "BYMONTH": re.compile(rf"{_MONTH}(?:,{_MONTH})*"),
    "BYSETPOS": re.compile(r"-?[1-4]"),
    "WKST": re.compile(_WEEKDAY),
    "COUNT": re.compile(r"[1-9]\d{0,2}"),
    "UNTIL": re.compile(r"\d{8}(?:T\d{6}Z)?"),
}
"""The values that a part may have. UNTIL is a date on the community's calendar or, as calendars write it, a UTC time;
either is included."""

IN_EVERY_MONTH = 28
"""The last day of the month that no month lacks."""

_UNTIL_DATE = re.compile(r"UNTIL=(\d{8})(?!T)")
_UNTIL_TIME = re.compile(r"UNTIL=(\d{8}T\d{6})Z")
_BY_THE_MONTH = frozenset({"MONTHLY", "YEARLY"})


@dataclass(frozen=True, slots=True)
class AcceptedParts:
    """The parts of RFC 5545 that a caller accepts: values of FREQ, other parts, and the refusal of a rule with another
    part.

    `late_days`: whether days of the month are accepted that some months lack, because the caller asks what is meant for
    those months.
    """

    frequencies: frozenset[str]
    parts: frozenset[str]
    refusal: Callable[[Worded], CommunityError]
    late_days: bool = False


_PART_WORDS: Mapping[str, tuple[str, str]] = {
    "FREQ": ("重复频率缺失或不适用", "how often it repeats is missing, or not one that is taken"),
    "INTERVAL": ("重复间隔无效", "the interval between repetitions can't be used"),
    "BYDAY": ("星期的写法或组合无效", "the days of the week can't be used so"),
    "BYMONTHDAY": ("每月日期的写法或组合无效，或并非每月都有这一天", "the days of the month can't be used so"),
    "BYMONTH": ("月份的写法或组合无效", "the months can't be used so"),
    "BYSETPOS": ("“其中第几个”的写法或组合无效", "the position among several days can't be used so"),
    "WKST": ("每周起始日无效", "the first day of the week can't be used"),
    "COUNT": ("重复次数无效", "the number of repetitions can't be used"),
    "UNTIL": ("截止日期无效", "the last date can't be used"),
    "INTERVAL+BYMONTH": ("间隔与月份不能同时使用", "an interval and months can't be used together"),
    "COUNT+UNTIL": ("次数与截止日期不能同时使用", "a number of repetitions and a last date can't be used together"),
    "RRULE": ("无法识别", "it can't be read"),
    f"> {MAX_LENGTH}": (f"超过 {MAX_LENGTH} 个字符", f"it is longer than {MAX_LENGTH} characters"),
    "?": ("其中有无法识别或不支持的内容", "something in it is not known or not taken"),
}
"""What is wrong with a part, in words."""


def part_named(part: str) -> Worded:
    """The part of a rule that is refused, with what is wrong with it in words."""
    return Worded(part, *_PART_WORDS[part])


def normalise(rule: str, taken: AcceptedParts) -> str:
    """`rule` in upper case without `RRULE:`.

    Raises:
        CommunityError: `taken.refusal` of the first part that is not taken; it repeats nothing that was typed.
    """
    text = rule.strip().upper().removeprefix("RRULE:")
    if len(text) > MAX_LENGTH:
        raise taken.refusal(part_named(f"> {MAX_LENGTH}"))
    parts = _split(text, taken)
    hollow = _hollow(parts, late_days=taken.late_days)
    if hollow is not None:
        raise taken.refusal(part_named(hollow))
    try:
        _parsed(text, datetime(2000, 1, 1))  # noqa: DTZ001  a wall clock has no zone
    except (ValueError, OverflowError) as error:
        raise taken.refusal(part_named("RRULE")) from error
    return text


def starts(rule: str, first: datetime, since: date, until: date = date.max) -> Iterator[datetime]:
    """The starts (UTC) of a normalised `rule`, from `first` (aware) on, whose date lies in [since, until), in order."""
    wall = first.astimezone(ZONE).replace(tzinfo=None)
    whole = wall.replace(microsecond=0)  # dateutil knows no parts of a second: it would pass the first date by
    begin, end = max(whole, datetime.combine(since, time.min)), datetime.combine(until, time.min)
    found = _parsed(rule, wall).xafter(begin, inc=True)
    for start in takewhile(lambda moment: moment < end, found):
        yield start.replace(microsecond=wall.microsecond, tzinfo=ZONE).astimezone(UTC)


def is_exhausted(rule: str, first: datetime, until: date) -> bool:
    """Whether a normalised `rule` has no date at or after `until`."""
    if "COUNT=" not in rule and "UNTIL=" not in rule:
        return False
    wall = first.astimezone(ZONE).replace(tzinfo=None)
    return _parsed(rule, wall).after(datetime.combine(until, time.min), inc=True) is None


def _split(text: str, taken: AcceptedParts) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name != "FREQ" and name not in taken.parts:
            raise taken.refusal(part_named("?"))
        fits = value in taken.frequencies if name == "FREQ" else _VALUES[name].fullmatch(value)
        if name in parts or not fits:
            raise taken.refusal(part_named(name))
        parts[name] = value
    if "FREQ" not in parts:
        raise taken.refusal(part_named("FREQ"))
    return parts


def _hollow(parts: Mapping[str, str], *, late_days: bool) -> str | None:
    """The part that makes a combination which may never come true, or means something else than it seems to."""
    days = [day for day in parts.get("BYDAY", "").split(",") if day]
    numbered = [day for day in days if len(day) > 2]
    named, frequency = parts.keys(), parts["FREQ"]
    by_the_month = frequency in _BY_THE_MONTH
    monthdays = [int(day) for day in parts.get("BYMONTHDAY", "").split(",") if day]
    late = any(abs(day) > IN_EVERY_MONTH for day in monthdays)
    late_days = late_days and min(monthdays, default=0) >= -IN_EVERY_MONTH
    # dateutil would want a day to be both, the first Saturday and any Monday
    mixed = 0 < len(numbered) < len(days)
    checks = {
        "BYDAY": mixed or (numbered and (not by_the_month or {"BYMONTHDAY", "BYSETPOS"} & named)),
        # 30 February never comes, and in every twelfth month from a February on there is no 31st
        "BYMONTHDAY": "BYMONTHDAY" in named
        and (not by_the_month or (late and (not late_days or {"BYMONTH", "INTERVAL", "BYDAY"} & named))),
        # there is no second one of a single day
        "BYSETPOS": "BYSETPOS" in named and (frequency != "MONTHLY" or not _several(days, parts, late_days)),
        # the day would be that of the first date: 30 February never comes
        "BYMONTH": "BYMONTH" in named and by_the_month and not {"BYDAY", "BYMONTHDAY"} & named,
        # every seventh day is never another weekday
        "INTERVAL": "INTERVAL" in named and frequency == "DAILY" and {"BYDAY", "BYMONTH"} & named,
        "INTERVAL+BYMONTH": {"INTERVAL", "BYMONTH"} <= named,
        "COUNT+UNTIL": {"COUNT", "UNTIL"} <= named,
    }
    return next((part for part, refused in checks.items() if refused), None)


def _several(days: Sequence[str], parts: Mapping[str, str], late_days: bool) -> bool:
    """Whether BYSETPOS has something to choose from: weekdays, or (with `late_days`) the last days of a month."""
    if "BYMONTHDAY" in parts:
        return late_days and not days and parts["BYSETPOS"] == "-1" and "28" in parts["BYMONTHDAY"].split(",")
    return bool(days)


def until_in_utc(rule: str, first: datetime) -> str:
    """A normalised `rule` as calendars read it: UNTIL in UTC, at the time of day of `first` (RFC 5545, 3.3.10)."""
    time_of_day = first.astimezone(ZONE).time().replace(microsecond=0)

    def in_utc(found: re.Match[str]) -> str:
        last = datetime.combine(date.fromisoformat(found[1]), time_of_day, ZONE)
        return f"UNTIL={last.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    return _UNTIL_DATE.sub(in_utc, rule)


def _parsed(rule: str, wall: datetime) -> rrule:
    """`rule` as dateutil reads it, its first date at `wall`.

    Raises:
        ValueError, OverflowError: dateutil can't read it.
    """
    whole_day = _UNTIL_DATE.sub(r"UNTIL=\1T235959", rule)
    parsed = rrulestr(_UNTIL_TIME.sub(_on_the_wall, whole_day), dtstart=wall)
    if not isinstance(parsed, rrule):
        raise ValueError("a set of rules")
    return parsed


def _on_the_wall(found: re.Match[str]) -> str:
    last = datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return f"UNTIL={last.astimezone(ZONE):%Y%m%dT%H%M%S}"
