"""Bounded types of what people type and send, and the community's calendar. Requests of every service are made of them.

A service that takes more, or less, says so in a type of its own beside its rules.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, ConfigDict, StringConstraints

from services.contracts.text import OneLine, Plain
from services.contracts.value import Value

ZONE = ZoneInfo("Asia/Shanghai")
"""People's weekdays, dates and times of day are meant in this zone."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Plain, OneLine]
"""One line: a title, a spot, a home."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), Plain]
"""A few paragraphs: a description, a reason, an answer."""


def _in_utc(moment: datetime) -> datetime:
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with its zone, kept in UTC and whole milliseconds, as the store keeps times."""


class Request(Value):
    """A request for a command. Unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@lru_cache(maxsize=8192)
def local_date(moment: datetime) -> date:
    """The date of `moment` on the community's calendar."""
    return moment.astimezone(ZONE).date()
