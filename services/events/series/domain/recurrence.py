"""The recurrence rules that a series takes."""

from datetime import datetime, timedelta

from services.chassis import recurrence
from services.events.activities.domain.errors import RuleUnreadable

TAKEN = recurrence.Taken(
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
    """When a date of that length ends."""
    return start + timedelta(minutes=minutes)
