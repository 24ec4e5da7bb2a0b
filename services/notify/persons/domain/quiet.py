"""Quiet hours: a span of every day in which channels that make a noise wait."""

from datetime import datetime, time, timedelta
from functools import cache
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, WithJsonSchema, field_validator, model_validator

from services.chassis.values import ZONE
from services.contracts.value import Value

HOME_ZONE = ZONE.key
_SEARCH = timedelta(minutes=15)

LocalTime = Annotated[
    time, WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$"})
]
"""A time of day without a zone. JSON Schema's own format `time` asks for one (RFC 3339, 5.6)."""


class QuietHours(Value):
    """From `start` up to `end` by the clock of `zone`; over midnight where `start` is the later of the two."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: LocalTime = time(22)
    end: LocalTime = time(7)
    zone: str = HOME_ZONE

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            _zone(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("not a time zone of the IANA database") from None
        return value

    @model_validator(mode="after")
    def _a_span(self) -> Self:
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("quiet hours are given in local time; the zone stands beside them")
        if self.start == self.end:
            raise ValueError("quiet hours that never end or never begin; leave them out instead")
        return self

    def hold(self, at: datetime) -> bool:
        """Whether `at` lies within these hours."""
        clock = at.astimezone(_zone(self.zone)).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def release(self, at: datetime) -> datetime:
        """The first moment from `at` on that is not quiet, in `at`'s own zone."""
        if not self.hold(at):
            return at
        local = at.astimezone(_zone(self.zone))
        end = datetime.combine(local.date(), self.end, local.tzinfo)
        if self.start > self.end and local.time() >= self.start:
            end = datetime.combine(local.date() + timedelta(days=1), self.end, local.tzinfo)
        moment = max(at, end.astimezone(at.tzinfo))
        while self.hold(moment):  # a clock put back tonight makes the end come twice
            moment += _SEARCH
        return moment


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
