"""The bounded types that requests have here beside those of every service, and arithmetic of days and minutes."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from services.chassis import values
from services.chassis.values import local_date

_OLDEST = date(1900, 1, 1)
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _of_this_century(moment: datetime) -> datetime:
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("out of range")
    return moment


def _a_date(given: Any) -> Any:
    """What is given as a date, and is none where it is an instant or a number, which has a zone or a beginning."""
    if isinstance(given, datetime | int | float) or (isinstance(given, str) and not _WRITTEN.fullmatch(given)):
        raise ValueError("a date is written YYYY-MM-DD")
    return given


def _in_range(day: date) -> date:
    if not _EARLIEST.date() <= day < _LATEST.date():
        raise ValueError("out of range")
    return day


Moment = Annotated[values.Moment, AfterValidator(_of_this_century)]
"""A time of this century with its zone, kept in UTC and whole milliseconds."""

Day = Annotated[date, BeforeValidator(_a_date), AfterValidator(_in_range)]
"""A date of this century on the community's calendar."""


def _of_a_life(day: date) -> date:
    if not _OLDEST <= day < _LATEST.date():
        raise ValueError("out of range")
    return day


Birthday = Annotated[date, BeforeValidator(_a_date), AfterValidator(_of_a_life)]
"""The date on which somebody who is alive was born."""

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$")]
"""`HH:MM` on the community's clock; `24:00` ends a day."""

Weekday = Annotated[int, Field(ge=1, le=7)]
"""A weekday as in ISO 8601: 1 is Monday."""

Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
"""A length of time of one day at most."""


GROWN_UP = 18
"""From this age on somebody is an adult."""


def age_on(born: date, day: date) -> int:
    """The age, in whole years, of somebody who was `born` on a date. Who was born on 29 February turns on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@lru_cache(maxsize=8192)
def week_of(moment: datetime) -> tuple[int, int]:
    """The ISO year and week of `moment` on the community's calendar."""
    year, week, _ = local_date(moment).isocalendar()
    return year, week


def minute_of_day(text: str) -> int:
    """The minutes from midnight to a `TimeOfDay`."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def whole_minutes(length: timedelta) -> int:
    """The whole minutes of a length of time, rounded down."""
    return int(length.total_seconds() // 60)
