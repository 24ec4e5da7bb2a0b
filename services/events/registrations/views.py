"""What people see of their own registrations."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import GroupHeads
from services.events.activities.views import ActivityView, ShownToCaller, public_fields


class RegistrationView(BaseModel):
    """Where a person's party stands; `position` counts waiting parties from 1."""

    activity: str
    person: str
    status: Literal["registered", "waitlisted", "none"]
    party: int | None = None
    position: int | None = None
    registered_at: datetime | None = None
    groups: tuple[GroupHeads, ...] = ()
    answer: Literal["offer", "other-day"] | None = None
    """What they are asked: whether they take the seats offered, or come on the day to which it was moved."""
    answer_until: datetime | None = None
    coming: bool | None = None
    guest: bool = False

    @classmethod
    def of(cls, activity: Activity, person: str) -> "RegistrationView":
        party = activity.party_of(person)
        if party is None:
            return cls(activity=activity.id, person=person, status="none")
        position = activity.position_of(person)
        return cls(
            activity=activity.id,
            person=person,
            status="registered" if position is None else "waitlisted",
            party=party.heads,
            position=position,
            registered_at=party.registered_at,
            groups=party.groups,
            answer="offer" if party.offered_until else "other-day" if party.asked_until else None,
            answer_until=party.offered_until or party.asked_until,
            coming=party.coming,
            guest=party.guest,
        )


class MyActivityView(ActivityView):
    """An activity that has to do with the caller."""

    registration: RegistrationView
    volunteering: bool
    organising: bool

    @classmethod
    def by(cls, stored: Stored[Activity], caller: str, shown: ShownToCaller) -> "MyActivityView":
        activity = stored.aggregate
        return cls(
            **public_fields(stored),
            **shown,
            registration=RegistrationView.of(activity, caller),
            volunteering=caller in activity.volunteers,
            organising=caller == activity.organiser,
        )
