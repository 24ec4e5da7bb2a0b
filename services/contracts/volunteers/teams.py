"""Teams and how many belong to them."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Masked, Office, PersonId, Public
from services.contracts.topics import VOLUNTEERS


class TeamKind(StrEnum):
    """What a team is for: its members' own joy, or service to others."""

    HOBBY = "hobby"
    SERVICE = "service"


class _Team(BaseModel):
    title: Public[Office[Masked]]
    title_en: Public[Office[Masked | None]] = None
    kind: Public[TeamKind]
    leader: Public[PersonId]
    members: Public[int]
    """Heads, the leader among them."""
    recruiting: Public[bool]
    formed_at: Public[datetime]


class TeamState(_Team, State, type="cn.community.volunteers.team.state.v1", topic=VOLUNTEERS):
    """A team as anybody may see it: who belongs to it is not told, apart from the leader."""


class TeamFormed(_Team, Event, type="cn.community.volunteers.team.formed.v1", topic=VOLUNTEERS, state=TeamState):
    """There is a new team; its leader is its first member."""


class TeamMemberJoined(Event, type="cn.community.volunteers.team.member-joined.v1", topic=VOLUNTEERS, state=TeamState):
    """One more."""

    person: Public[PersonId]
    members: Public[int]


class TeamMemberLeft(Event, type="cn.community.volunteers.team.member-left.v1", topic=VOLUNTEERS, state=TeamState):
    """One less."""

    person: Public[PersonId]
    members: Public[int]


class TeamChanged(Event, type="cn.community.volunteers.team.changed.v1", topic=VOLUNTEERS, state=TeamState):
    """Another leader, or recruiting was opened or closed."""

    leader: Public[PersonId]
    recruiting: Public[bool]


class TeamPersonErased(Event, type="cn.community.volunteers.team.person-erased.v1", topic=VOLUNTEERS, state=TeamState):
    """A person was forgotten: a member less, or `leader` is a stand-in that leads nowhere until another is named."""

    leader: Public[PersonId]
    members: Public[int]
