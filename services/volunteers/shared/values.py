"""Bounded types of what people type and send, and the community's own calendar. Every request is made of them."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from services.contracts.text import Plain
from services.contracts.value import Value

ZONE = ZoneInfo("Asia/Shanghai")
"""People's weekdays, dates and times of day are meant here."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Plain]
"""One line: a title, a home."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), Plain]
"""A few paragraphs: a note, a reason."""

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _in_utc(moment: datetime) -> datetime:
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("out of range")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _in_range(day: date) -> date:
    if not _EARLIEST.date() <= day < _LATEST.date():
        raise ValueError("out of range")
    return day


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with its zone, kept in UTC and whole milliseconds, as the store keeps it."""

Day = Annotated[date, AfterValidator(_in_range)]
"""A date on the community's calendar, of this century."""

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$")]
"""`HH:MM` on the community's clock; `24:00` ends a day."""

Weekday = Annotated[int, Field(ge=1, le=7)]
"""ISO 8601: 1 is Monday."""

Minutes = Annotated[int, Field(ge=1, le=24 * 60)]


class Request(Value):
    """What is asked by a command. Unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@lru_cache(maxsize=8192)
def local_date(moment: datetime) -> date:
    """The date on the community's calendar."""
    return moment.astimezone(ZONE).date()


@lru_cache(maxsize=8192)
def week_of(moment: datetime) -> tuple[int, int]:
    """ISO year and week on the community's calendar."""
    year, week, _ = local_date(moment).isocalendar()
    return year, week


def minute_of_day(text: str) -> int:
    """Minutes since midnight of a `TimeOfDay`."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def whole_minutes(length: timedelta) -> int:
    """Whole minutes of a length of time, rounded down."""
    return int(length.total_seconds() // 60)
