"""The views of people's own registrations."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityStatus
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import GroupHeads
from services.events.activities.views import ActivityView, ShownToCaller, public_fields


class RegistrationView(BaseModel):
    """The status of a person's party. `position` counts waiting parties from 1.

    `cancelled`: the activity does not take place. `not-seated`: it is over, and they waited to the end. `can_fit` is
    false where the party is larger than what the activity takes as it is now: it is passed over until the activity
    takes more, or the party is made smaller.
    """

    activity: str
    person: str
    status: Literal["registered", "waitlisted", "none", "cancelled", "not-seated"]
    party: int | None = None
    position: int | None = None
    registered_at: datetime | None = None
    groups: tuple[GroupHeads, ...] = ()
    answer: Literal["offer", "other-day"] | None = None
    """The question that the party has to answer: whether it takes the seats offered, or comes on the day to which the
    activity was moved."""
    answer_until: datetime | None = None
    coming: bool | None = None
    came: bool | None = Field(
        default=None, description="For who had a seat: whether the party came. Null until the activity is over."
    )
    guest: bool = False
    can_fit: bool = True
    exceptions: tuple[str, ...] = Field(
        default=(),
        description="For who waits: why parties stand where the published order would not have them, in the order of "
        "the waiting list.",
    )

    @classmethod
    def of(cls, activity: Activity, person: str) -> "RegistrationView":
        party = activity.party_of(person)
        if party is None:
            return cls(activity=activity.id, person=person, status="none")
        position = activity.position_of(person)
        is_open, is_over = activity.status is ActivityStatus.SCHEDULED, activity.status is ActivityStatus.COMPLETED
        return cls(
            activity=activity.id,
            person=person,
            status=_status(activity, waits=position is not None),
            party=party.heads,
            position=position if is_open else None,
            registered_at=party.registered_at,
            groups=party.groups,
            answer=None
            if not is_open
            else "offer"
            if party.offered_until
            else "other-day"
            if party.asked_until
            else None,
            answer_until=party.answer_until if is_open else None,
            coming=party.coming,
            came=activity.is_there(person) if position is None and is_over else None,
            guest=party.guest,
            can_fit=position is None or activity.could_fit(party),
            exceptions=_exceptions(activity) if is_open and position is not None else (),
        )


def _exceptions(activity: Activity) -> tuple[str, ...]:
    return tuple(each.reason for each in activity.waiting if each.reason is not None)


def _status(activity: Activity, *, waits: bool) -> Literal["registered", "waitlisted", "cancelled", "not-seated"]:
    if activity.status is ActivityStatus.CANCELLED:
        return "cancelled"
    if not waits:
        return "registered"
    return "waitlisted" if activity.status is ActivityStatus.SCHEDULED else "not-seated"


class MyActivityView(ActivityView):
    """An activity that the caller organises, attends or helps at."""

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
