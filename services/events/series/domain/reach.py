"""How far ahead a series is planned: its dates, those that are added to its rule, and its pauses."""

from datetime import date, datetime, timedelta

from services.chassis.errors import Invalid
from services.chassis.values import local_date

AHEAD = timedelta(days=731)
"""So far ahead a series books its venues and shows its dates, a date that the rule does not give may lie, and a pause
may end."""


class TooFarAhead(
    Invalid,
    code="series.too-far-ahead",
    zh="单独增加的日期须在 {days} 天之内。",
    en="A date that is added lies within {days} days.",
):
    """A wrong year would keep a series alive for decades, in every calendar."""


class PauseEndsBeforeItBegins(
    Invalid,
    code="series.pause-order",
    zh="停课结束日期须晚于开始日期。",
    en="A pause ends after it begins.",
):
    """A pause has a day at least."""


class PauseTooLong(
    Invalid,
    code="series.pause-too-long",
    zh="停课须在 {days} 天之内结束；不再开课请终止系列。",
    en="A pause ends within {days} days; what is not to go on is ended.",
):
    """A wrong year would hide every date, and whoever looks for the next one would look for decades."""


def require_within_reach(starts_at: datetime, now: datetime) -> None:
    """Raises TooFarAhead if a date that the rule does not give lies further ahead than `AHEAD`."""
    if starts_at > now + AHEAD:
        raise TooFarAhead(days=AHEAD.days)


def require_pause(since: date, until: date, now: datetime) -> None:
    """Raises PauseEndsBeforeItBegins or PauseTooLong unless a series may have a pause in [since, until)."""
    if until <= since:
        raise PauseEndsBeforeItBegins()
    if until > local_date(now) + AHEAD:
        raise PauseTooLong(days=AHEAD.days)
