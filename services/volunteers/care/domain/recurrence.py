"""The dates on which a care plan's help is due: every few weeks on given weekdays, or every few months on one day.

A recurrence is told in fields and not as RFC 5545 text, so that only rules with a future can be made. The text is for
the events.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from enum import StrEnum

from pydantic import ConfigDict, Field, model_validator

from services.chassis import recurrence
from services.chassis.values import ZONE
from services.contracts.marks import Thing
from services.contracts.value import Value
from services.volunteers.shared.values import Day, TimeOfDay, Weekday, minute_of_day
from services.volunteers.shared.values.holidays import is_holiday

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Every(StrEnum):
    """The unit of a recurrence."""

    WEEK = "week"
    MONTH = "month"


class Recurrence(Value):
    """`week`: on `weekdays`. `month`: on the `nth` (1 to 4, or -1 the last) of one weekday, or on `day` 1 to 28.

    `at`: time of day; `since`: the first date is on it or after it. `off_holidays`: no date on public holidays.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Every
    interval: int = Field(default=1, ge=1, le=12)
    weekdays: tuple[Weekday, ...] = Field(default=(), max_length=7)
    nth: int | None = None
    day: int | None = Field(default=None, ge=1, le=28)
    at: Thing[TimeOfDay]
    since: Day
    off_holidays: bool = False

    @model_validator(mode="after")
    def _complete(self) -> "Recurrence":
        if self.at == "24:00":
            raise ValueError("at must be before 24:00")
        if self.every is Every.WEEK and (not self.weekdays or self.nth is not None or self.day is not None):
            raise ValueError("a weekly recurrence has weekdays and nothing else")
        on_a_weekday = len(self.weekdays) == 1 and self.nth is not None and self.day is None
        on_a_day = not self.weekdays and self.nth is None and self.day is not None
        if self.every is Every.MONTH and not (on_a_weekday or on_a_day):
            raise ValueError("a monthly recurrence has one weekday with nth, or a day")
        if self.nth is not None and self.nth not in (1, 2, 3, 4, -1):
            raise ValueError("nth is 1, 2, 3, 4 or -1")
        return self

    @property
    def rule(self) -> str:
        """The recurrence as an RFC 5545 rule."""
        parts = [f"FREQ={'WEEKLY' if self.every is Every.WEEK else 'MONTHLY'}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.weekdays:
            parts.append("BYDAY=" + ",".join(f"{self.nth or ''}{_DAYS[day - 1]}" for day in sorted({*self.weekdays})))
        if self.day is not None:
            parts.append(f"BYMONTHDAY={self.day}")
        return ";".join(parts)

    def starts(self, since: date, until: date) -> Iterator[datetime]:
        """The starts whose date lies in [since, until), in order, with their zone. There is at most one a day."""
        clock = time(*divmod(minute_of_day(self.at), 60))
        first = datetime.combine(self.since, clock, ZONE)
        for start in recurrence.starts(self.rule, first, since, until):
            at = start.astimezone(ZONE)
            if not (self.off_holidays and is_holiday(at.date())):
                yield at

    @property
    def first(self) -> datetime:
        """The first start of all."""
        return next(self.starts(self.since, date.max))
