"""The recurrence rules that a plan of rounds takes.

«The 5th of every month» is FREQ=MONTHLY;BYMONTHDAY=5, «the last day» FREQ=MONTHLY;BYMONTHDAY=-1, «the second Tuesday»
FREQ=MONTHLY;BYDAY=2TU, and «the first weekday from Monday to Friday» FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1.
"""

from collections.abc import Iterator
from datetime import date, datetime

from services.chassis import recurrence
from services.chassis.errors import Invalid
from services.chassis.values import local_date

_IN_EVERY_MONTH = 28


class RuleUnreadable(
    Invalid,
    code="round-plan.rule",
    zh="重复规则不支持：{part}。",
    en="The rule of repetition can't be taken: {part}.",
):
    """The text is no recurrence rule, or a rule of a kind that isn't taken."""


TAKEN = recurrence.AcceptedParts(
    frequencies=frozenset({"DAILY", "WEEKLY", "MONTHLY"}),
    parts=frozenset({"INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "COUNT", "UNTIL"}),
    refusal=lambda part: RuleUnreadable(part=part),
)


def normalise(rule: str) -> str:
    """`rule` in upper case without `RRULE:`.

    Raises:
        RuleUnreadable: the text is not a rule, or a rule of a kind that isn't taken.
    """
    return recurrence.normalise(rule, TAKEN)


def require_every_month(rule: str, first: datetime) -> None:
    """Raises RuleUnreadable where `rule`, in upper case, takes its day of the month from `first` and some months lack
    that day: rounds on the 31st would leave out five months, and nobody would be told."""
    if "FREQ=MONTHLY" in rule and "BY" not in rule and local_date(first).day > _IN_EVERY_MONTH:
        raise RuleUnreadable(part=recurrence.part_named("BYMONTHDAY"))


def starts(rule: str, first: datetime, since: date) -> Iterator[datetime]:
    """The starts (UTC, whole seconds) of `rule` from `first` (aware) on with a date of `since` or later, in order.

    The starts may have no end.
    """
    return recurrence.starts(rule, first.replace(microsecond=0), since)
