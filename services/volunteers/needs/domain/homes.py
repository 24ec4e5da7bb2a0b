"""The rule of who is told where an elder lives and what must be known there, and when.

Staff are told at any time. A volunteer is told if they have accepted a seat in the visit, the filters of `ADMISSION`
still admit them, and the time lies in the window around the visit (`VisitWindow`). Nobody else is told; an offer alone
is not enough.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ConfigDict

from services.chassis.principal import Principal, Role
from services.contracts.value import Value
from services.contracts.volunteers import NeedStatus
from services.volunteers.care.domain.plans import EmergencyContact
from services.volunteers.needs.domain.eligibility import not_admitted
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer


class Whereabouts(Value):
    """Where the person helped (`elder`) lives, what must be known there (`note`), and whom to call in an emergency."""

    model_config = ConfigDict(frozen=True)

    elder: str
    home: str | None
    note: str | None
    emergency: EmergencyContact | None = None


@dataclass(frozen=True, slots=True)
class VisitWindow:
    """The time around a visit in which its place is told: from `before` its start until `after` its end."""

    before: timedelta
    after: timedelta

    def holds(self, need: Need, now: datetime) -> bool:
        """Whether `now` lies in the window around the visit `need`."""
        return need.starts_at - self.before <= now < need.ends_at + self.after


def may_read(need: Need, volunteer: Volunteer | None, by: Principal, now: datetime, window: VisitWindow) -> bool:
    """Whether `by`, who is `volunteer` in the need's community, is told where the elder lives."""
    if by.has(need.community, Role.STAFF):
        return True
    goes = by.sub in need.volunteers and need.status is not NeedStatus.CANCELLED
    return goes and window.holds(need, now) and not_admitted(need, volunteer, now) is None
