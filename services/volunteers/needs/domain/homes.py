"""Who is told where an elder lives and what is to be known there, and when.

Staff, and whoever is to go there: admitted as a volunteer still, with a seat that they have said yes to, from a while
before the visit until a while after it. Nobody else, whatever they were offered, and nobody at any other time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.principal import Principal, Role
from services.contracts.volunteers import NeedStatus
from services.volunteers.needs.domain.eligibility import not_admitted
from services.volunteers.needs.domain.needs import Need
from services.volunteers.people.domain.volunteers import Volunteer


@dataclass(frozen=True, slots=True)
class Window:
    """How long before its start and after its end the place of a visit is told."""

    before: timedelta
    after: timedelta

    def holds(self, need: Need, now: datetime) -> bool:
        """Whether it is the time for it."""
        return need.starts_at - self.before <= now < need.ends_at + self.after


def may_read(need: Need, volunteer: Volunteer | None, by: Principal, now: datetime, window: Window) -> bool:
    """Whether `by`, who is `volunteer` in the need's community, is told where it is."""
    if by.has(need.community, Role.STAFF):
        return True
    goes = by.sub in need.volunteers and need.status is not NeedStatus.CANCELLED
    return goes and window.holds(need, now) and not_admitted(need, volunteer, now) is None
