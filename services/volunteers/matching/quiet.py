"""Quiet hours: nobody is asked late in the evening or at night, unless it is for something that begins before long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.values import ZONE
from services.volunteers.needs.domain.need import Need

SOON = timedelta(hours=12)
"""For what begins within so long, people are asked at any hour."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours from `since` until `until`, in minutes of the community's day, over midnight where `since` is later.

    The two being the same, no hour is quiet.
    """

    since: int
    until: int

    def holds(self, need: Need, now: datetime) -> bool:
        """Whether it is too late, or too early, to ask somebody for `need` at `now`."""
        local = now.astimezone(ZONE)
        minute = local.hour * 60 + local.minute
        if self.since <= self.until:
            quiet = self.since <= minute < self.until
        else:
            quiet = minute >= self.since or minute < self.until
        return quiet and need.starts_at - now > SOON
