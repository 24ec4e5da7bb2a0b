"""The recurrence rules that a series takes."""

from datetime import datetime, timedelta

from services.chassis import recurrence
from services.chassis.errors import Invalid


class RuleUnreadable(
    Invalid,
    code="series.rule-unreadable",
    zh="重复规则无法识别：{why}。",
    en="The recurrence rule can't be used: {why}.",
):
    """The rule is not RFC 5545, or uses a part of it that is not taken here."""


TAKEN = recurrence.AcceptedParts(
    frequencies=frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}),
    parts=frozenset({"INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST", "COUNT", "UNTIL"}),
    refusal=lambda part: RuleUnreadable(why=part),
)


def normalise(rule: str) -> str:
    """`rule` in upper case without `RRULE:`.

    Raises:
        RuleUnreadable: it is not a rule, or one that isn't taken.
    """
    return recurrence.normalise(rule, TAKEN)


def end_of(start: datetime, minutes: int) -> datetime:
    """When an activity ends that begins at `start` and takes so many minutes."""
    return start + timedelta(minutes=minutes)
