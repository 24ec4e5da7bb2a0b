"""The rule of who is told where an elder lives and what is to be known there, and when.

Staff are told, and whoever is to go there: a volunteer who still is admitted, with a seat that they have said yes to,
from a while before the visit until a while after it. Nobody else is told, whatever they were offered, and nobody at any
other time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.principal import Principal, Role
from services.contracts.volunteers import NeedStatus
from services.volunteers.needs.domain.eligibility import not_admitted
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer


@dataclass(frozen=True, slots=True)
class VisitWindow:
    """The time around a visit in which its place is told: from `before` its start until `after` its end."""

    before: timedelta
    after: timedelta

    def holds(self, need: Need, now: datetime) -> bool:
        """Whether `now` is in that time around the visit `need`."""
        return need.starts_at - self.before <= now < need.ends_at + self.after


def may_read(need: Need, volunteer: Volunteer | None, by: Principal, now: datetime, window: VisitWindow) -> bool:
    """Whether `by`, who is `volunteer` in the need's community, is told where the elder lives."""
    if by.has(need.community, Role.STAFF):
        return True
    goes = by.sub in need.volunteers and need.status is not NeedStatus.CANCELLED
    return goes and window.holds(need, now) and not_admitted(need, volunteer, now) is None
