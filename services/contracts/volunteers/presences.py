"""Presences: when volunteers came to a need, and when they left."""

from datetime import datetime

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, PersonId, Public, Thing
from services.contracts.topics import VOLUNTEERS


class _Presence(BaseModel):
    need: Public[Thing[Id]]
    person: Public[PersonId]
    arrived_at: Public[datetime]
    left_at: Public[datetime | None]
    minutes: Public[int | None]
    """Whole minutes between the two, none from before the planned start; null while they are there."""
    forgotten: Public[bool]
    """Nobody checked them out, and the minutes go to the planned end at the most."""


class PresenceState(_Presence, State, type="cn.community.volunteers.presence.state.v1", topic=VOLUNTEERS):
    """Somebody's presence at a need."""


class PresenceArrived(
    _Presence, Event, type="cn.community.volunteers.presence.arrived.v1", topic=VOLUNTEERS, state=PresenceState
):
    """`person` has arrived."""


class PresenceLeft(
    _Presence, Event, type="cn.community.volunteers.presence.left.v1", topic=VOLUNTEERS, state=PresenceState
):
    """`person` has left; the minutes wait for somebody to confirm them."""


class PresenceForgotten(
    _Presence, Event, type="cn.community.volunteers.presence.forgotten.v1", topic=VOLUNTEERS, state=PresenceState
):
    """Nobody checked `person` out; whoever confirms the hours is to look at it."""


class PresenceHandedOver(
    _Presence, Event, type="cn.community.volunteers.presence.handed-over.v1", topic=VOLUNTEERS, state=PresenceState
):
    """`person` was a second record of somebody, under whose other record the presence goes on; none of it counts
    here."""


class PresenceErased(Event, type="cn.community.volunteers.presence.erased.v1", topic=VOLUNTEERS, state=PresenceState):
    """The person's id was replaced by a stand-in that leads nowhere."""

    person: Public[PersonId]
