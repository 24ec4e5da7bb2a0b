"""Quiet hours: a span of every day in which channels that make a noise wait."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, ConfigDict, WithJsonSchema, model_validator

from services.chassis.calendar.holidays import HOLIDAYS
from services.chassis.values import ZONE
from services.contracts.value import Value

HOME_ZONE = ZONE.key
_SEARCH = timedelta(minutes=15)
_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


def _midnight(value: Any) -> Any:
    return "00:00" if value in ("24:00", "24:00:00") else value


LocalTime = Annotated[
    time,
    BeforeValidator(_midnight),
    WithJsonSchema({"type": "string", "pattern": r"^(24:00(:00)?|([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?)$"}),
]
"""A time of day without a zone; `24:00` is midnight. JSON Schema's own format `time` asks for one (RFC 3339, 5.6)."""


class QuietHours(Value):
    """From `start` up to `end` by the clock of `zone`; over midnight where `start` is the later of the two.

    `holidays_until`: on days off (weekends and public holidays, 调休 reckoned with) it stays quiet until then; until
    midnight means the whole day. Whose arrangements of holidays count, says the `community` of what is to be sent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: LocalTime = time(22)
    end: LocalTime = time(7)
    zone: str = HOME_ZONE
    holidays_until: LocalTime | None = None

    @model_validator(mode="after")
    def _a_span(self) -> Self:
        given = (self.start, self.end, self.holidays_until)
        if any(each is not None and each.tzinfo is not None for each in given):
            raise ValueError("quiet hours are given in local time; the zone stands beside them")
        if self.start == self.end:
            raise ValueError("quiet hours that never end or never begin; leave them out instead")
        return self

    def hold(self, at: datetime, community: str = "") -> bool:
        """Whether `at` lies within these hours."""
        local = at.astimezone(_zone(self.zone))
        return self._of_every_day(local.time()) or self._sleeps_late(local, community)

    def release(self, at: datetime, community: str = "") -> datetime:
        """The first moment from `at` on that is not quiet, in `at`'s own zone.

        Spans may follow one another for days (a night, a day off until late, the next night): each leads to its end.
        """
        moment = at
        while self.hold(moment, community):
            end = self._end_of_span(moment, community)
            moment = end if end > moment else moment + _SEARCH  # a clock put back tonight makes the end come twice
        return moment

    def _end_of_span(self, at: datetime, community: str) -> datetime:
        """The end of what keeps `at` quiet, in `at`'s own zone: of the later of the two where it is night and a day
        off."""
        local = at.astimezone(_zone(self.zone))
        day, clock, until = local.date(), local.time(), self.holidays_until
        ends = []
        if self._of_every_day(clock):
            tomorrow = self.start > self.end and clock >= self.start
            ends.append(datetime.combine(day + _DAY if tomorrow else day, self.end, local.tzinfo))
        if until is not None and self._sleeps_late(local, community):
            ends.append(datetime.combine(day + _DAY if until == _MIDNIGHT else day, until, local.tzinfo))
        return max(end.astimezone(UTC) for end in ends).astimezone(at.tzinfo)

    def _of_every_day(self, clock: time) -> bool:
        """Whether it is quiet at `clock` on any day."""
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def _sleeps_late(self, local: datetime, community: str) -> bool:
        """Whether it is a day off, and early enough for it to be quiet still."""
        until = self.holidays_until
        if until is None or (until != _MIDNIGHT and local.time() >= until):
            return False
        return not HOLIDAYS.is_workday(local.date(), community)


def require_zone(quiet: QuietHours) -> QuietHours:
    """Hold hours that somebody chooses to the zones that have a name everywhere. What a machine calls its own zone, and
    variants of zones that only some machines have, would be other hours elsewhere.

    Raises:
        ValueError: there is no such zone.
    """
    if quiet.zone not in _zones():
        raise ValueError("not a time zone of the IANA database")
    return quiet


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}


@cache
def _zone(name: str) -> ZoneInfo:
    """The zone `name`. One that this machine does not know, since its database is older than that of the one which took
    it, counts as the community's: nobody must be out of reach because of it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZONE
