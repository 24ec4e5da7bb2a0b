"""The dates on which the help of a care plan is due: every few weeks on given weekdays, or every few months on one day.

A recurrence is given in fields and not as the text of an RFC 5545 rule, so that every recurrence has dates without end.
Events have the text.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from enum import StrEnum

from pydantic import ConfigDict, Field, model_validator

from services.chassis import recurrence
from services.chassis.calendar.holidays import HOLIDAYS
from services.chassis.values import ZONE
from services.contracts.marks import Thing
from services.contracts.value import Value
from services.volunteers.shared.values import Day, TimeOfDay, Weekday, minute_of_day

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Every(StrEnum):
    """The unit of a recurrence."""

    WEEK = "week"
    MONTH = "month"


class Recurrence(Value):
    """A rule for dates, which come every `interval` weeks or months.

    Each `week`, the dates are on `weekdays`. Each `month`, the date is on the `nth` of one weekday (1 to 4, or -1 for
    the last), or on the `day` of the month (1 to 28). `at`: the time of day in Asia/Shanghai. `since`: the first date
    is on this day or after it. `off_holidays`: dates on public holidays are left out.
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

    def starts(self, since: date, until: date, community: str = "") -> Iterator[datetime]:
        """The starts with a date in [since, until), in order, in the zone Asia/Shanghai. There is at most one a day.

        `community`: the community, whose own holidays count beside the public ones.
        """
        clock = time(*divmod(minute_of_day(self.at), 60))
        first = datetime.combine(self.since, clock, ZONE)
        for start in recurrence.starts(self.rule, first, since, until):
            at = start.astimezone(ZONE)
            if not (self.off_holidays and HOLIDAYS.is_holiday(at.date(), community)):
                yield at

    @property
    def first(self) -> datetime:
        """The first start of all."""
        return next(self.starts(self.since, date.max))
