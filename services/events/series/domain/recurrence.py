"""The recurrence rules that a series takes."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis import recurrence
from services.chassis.errors import Invalid
from services.chassis.values import local_date


class RuleUnreadable(
    Invalid,
    code="series.rule-unreadable",
    zh="重复规则无法识别：{why}。",
    en="The recurrence rule can't be used: {why}.",
):
    """The rule is not RFC 5545, or uses a part of it that is not taken here."""


class ShortMonth(StrEnum):
    """What a monthly date on the 29th, 30th or 31st does in a month that has no such day."""

    SKIP = "skip"
    LAST_DAY = "last-day"


class ShortMonths(
    Invalid,
    code="series.short-months",
    zh="有的月份没有 {day} 日：请选择跳过这些月份（skip），或改在月末最后一天（last-day）。",
    en="Some months have no day {day}: choose whether they are skipped (skip) or take their last day (last-day).",
):
    """A month that falls out in silence is missed by everybody."""


TAKEN = recurrence.AcceptedParts(
    frequencies=frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}),
    parts=frozenset({"INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST", "COUNT", "UNTIL"}),
    refusal=lambda part: RuleUnreadable(why=part),
    late_days=True,
)
_LATE = re.compile(r"(?<=BYMONTHDAY=)([-\d,]*,)?(29|30|31)(?=[,;]|$)")
"""A day of the month that some months lack, and other days that stand before it."""


def normalise(rule: str, first: datetime | None = None, short_months: ShortMonth | None = None) -> str:
    """`rule` in upper case without `RRULE:`, its day of the month named where it follows from `first` alone.

    Raises:
        RuleUnreadable: it is not a rule, or one that isn't taken.
        ShortMonths: its day is one that some months lack, and nobody said what is done in those.
    """
    taken = recurrence.normalise(rule, TAKEN)
    if first is not None and "FREQ=MONTHLY" in taken and "BY" not in taken:
        day = local_date(first).day
        taken += f";BYMONTHDAY={day}" if day > recurrence.IN_EVERY_MONTH else ""
    late = _LATE.search(taken)
    if late is None or "FREQ=YEARLY" in taken or "BYSETPOS" in taken:
        return taken
    if short_months is None:
        raise ShortMonths(day=late[2])
    if short_months is ShortMonth.LAST_DAY:
        if late[1]:
            raise RuleUnreadable(why=recurrence.part_named("BYMONTHDAY"))
        days = ",".join(str(day) for day in range(recurrence.IN_EVERY_MONTH, int(late[2]) + 1))
        taken = f"{taken[: late.start()]}{days}{taken[late.end() :]};BYSETPOS=-1"
    return recurrence.normalise(taken, TAKEN)


def end_of(start: datetime, minutes: int) -> datetime:
    """When an activity ends that begins at `start` and takes so many minutes."""
    return start + timedelta(minutes=minutes)
