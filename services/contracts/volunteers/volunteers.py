"""Volunteers: who may be asked, and for what."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Internal, PersonId, Public
from services.contracts.topics import VOLUNTEERS


class VolunteerStatus(StrEnum):
    """Whether a volunteer may be asked."""

    ACTIVE = "active"
    PAUSED = "paused"


class _Volunteer(BaseModel):
    person: Public[PersonId]
    skills: Public[list[Code]]
    """Those that staff have verified; what somebody says of themselves stays in the service."""
    status: Public[VolunteerStatus]
    registered_at: Public[datetime]
    approved: Public[bool] = False
    """Whether staff have said that they may act as a volunteer."""


class VolunteerState(_Volunteer, State, type="cn.community.volunteers.volunteer.state.v1", topic=VOLUNTEERS):
    """A volunteer as anybody may see them."""


class VolunteerRegistered(
    _Volunteer, Event, type="cn.community.volunteers.volunteer.registered.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """A person registered as a volunteer. `own`: they did so themselves, staff did not do it for them."""

    own: Public[bool | None] = None


class VolunteerChanged(
    Event, type="cn.community.volunteers.volunteer.changed.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """The skills of a volunteer changed, or something that is not public did."""

    skills: Public[list[Code]]


class VolunteerVerified(
    Event, type="cn.community.volunteers.volunteer.verified.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """Staff verified what a volunteer said of themselves: skills, or something that is not public."""

    skills: Public[list[Code]]


class VolunteerApproved(
    Event, type="cn.community.volunteers.volunteer.approved.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """Staff approved a volunteer, who may act from now on."""

    approved: Public[bool]


class VolunteerDisapproved(
    Event, type="cn.community.volunteers.volunteer.disapproved.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """A volunteer may not act any more. Seats that they had are given back by a `need.reopened` or `need.declined`
    each.
    """

    approved: Public[bool]


class VolunteerPaused(
    Event, type="cn.community.volunteers.volunteer.paused.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """A volunteer asks not to be asked for the time being. What they accepted stays accepted."""

    status: Public[VolunteerStatus]


class VolunteerResumed(
    Event, type="cn.community.volunteers.volunteer.resumed.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """A volunteer who had paused may be asked again."""

    status: Public[VolunteerStatus]


class VolunteerBooked(
    Event, type="cn.community.volunteers.volunteer.booked.v1", topic=VOLUNTEERS, state=VolunteerState, internal=True
):
    """The volunteer's time is held for an offer, so that no second one can ask for it."""

    need: Internal[Id]
    offer: Internal[Id]
    starts_at: Internal[datetime]
    ends_at: Internal[datetime]
    until: Internal[datetime | None]
    """When the offer expires; None once it is accepted."""


class VolunteerAsked(
    Event, type="cn.community.volunteers.volunteer.asked.v1", topic=VOLUNTEERS, state=VolunteerState, internal=True
):
    """A volunteer is asked together with others, which holds no time and counts against their week."""


class VolunteerReleased(
    Event, type="cn.community.volunteers.volunteer.released.v1", topic=VOLUNTEERS, state=VolunteerState, internal=True
):
    """The time held for an offer is free again."""

    offer: Internal[Id]


class VolunteerLeft(Event, type="cn.community.volunteers.volunteer.left.v1", topic=VOLUNTEERS, state=VolunteerState):
    """A volunteer has left for good. Hours stay on record; seats that they had are given back."""

    approved: Public[bool]
    status: Public[VolunteerStatus]


class VolunteerMerged(
    Event, type="cn.community.volunteers.volunteer.merged.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """A record turned out to be the second one of the person who goes on as `into`; what was given under it follows
    there.
    """

    person: Public[PersonId]
    into: Public[PersonId]
    approved: Public[bool]
    status: Public[VolunteerStatus]


class VolunteerErased(
    Event, type="cn.community.volunteers.volunteer.erased.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """A volunteer was erased; the state is removed."""
