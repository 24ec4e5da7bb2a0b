"""Teams and how many belong to them."""

from datetime import date, datetime
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
    by_application: Public[bool] = False
    """Whoever wants to join applies, and the leader decides."""
    call: Public[Office[Masked | None]] = None
    """Whom the team looks for, in its own words."""
    call_until: Public[date | None] = None
    dissolved: Public[bool] = False


class TeamState(_Team, State, type="cn.community.volunteers.team.state.v1", topic=VOLUNTEERS):
    """A team as anybody may see it: who belongs to it is not told, apart from the leader."""


class TeamFormed(_Team, Event, type="cn.community.volunteers.team.formed.v1", topic=VOLUNTEERS, state=TeamState):
    """A team was formed; its leader is its first member."""


class TeamMemberJoined(Event, type="cn.community.volunteers.team.member-joined.v1", topic=VOLUNTEERS, state=TeamState):
    """Somebody became a member of a team."""

    person: Public[PersonId]
    members: Public[int]


class TeamMemberLeft(Event, type="cn.community.volunteers.team.member-left.v1", topic=VOLUNTEERS, state=TeamState):
    """A member left a team."""

    person: Public[PersonId]
    members: Public[int]


class TeamChanged(Event, type="cn.community.volunteers.team.changed.v1", topic=VOLUNTEERS, state=TeamState):
    """A team has another leader, or began or ceased to take applications."""

    leader: Public[PersonId]
    recruiting: Public[bool]


class TeamRenamed(Event, type="cn.community.volunteers.team.renamed.v1", topic=VOLUNTEERS, state=TeamState):
    """A team has another name."""

    title: Public[Office[Masked]]
    title_en: Public[Office[Masked | None]]


class TeamCalled(Event, type="cn.community.volunteers.team.called.v1", topic=VOLUNTEERS, state=TeamState):
    """A team looks for people, or no longer does."""

    recruiting: Public[bool]
    by_application: Public[bool]
    call: Public[Office[Masked | None]]
    call_until: Public[date | None]


class TeamMemberInvited(
    Event, type="cn.community.volunteers.team.member-invited.v1", topic=VOLUNTEERS, state=TeamState
):
    """The leader or staff ask `person` to join, who says yes by joining."""

    person: Public[PersonId]
    title: Public[Office[Masked]]


class TeamInvitationDeclined(
    Event, type="cn.community.volunteers.team.invitation-declined.v1", topic=VOLUNTEERS, state=TeamState
):
    """`person` does not join."""

    person: Public[PersonId]


class TeamLeadOffered(Event, type="cn.community.volunteers.team.lead-offered.v1", topic=VOLUNTEERS, state=TeamState):
    """`person`, who is a member, was asked to lead it, and leads once they say yes."""

    person: Public[PersonId]
    title: Public[Office[Masked]]


class TeamLeadDeclined(Event, type="cn.community.volunteers.team.lead-declined.v1", topic=VOLUNTEERS, state=TeamState):
    """`person` was asked to lead it, and does not."""

    person: Public[PersonId]
    leader: Public[PersonId]
    title: Public[Office[Masked]]


class TeamApplied(Event, type="cn.community.volunteers.team.applied.v1", topic=VOLUNTEERS, state=TeamState):
    """`person` applied to a team; `leader` is to decide."""

    person: Public[PersonId]
    title: Public[Office[Masked]]
    leader: Public[PersonId]


class TeamApplicationRefused(
    Event, type="cn.community.volunteers.team.application-refused.v1", topic=VOLUNTEERS, state=TeamState
):
    """`person` is not admitted; the reason is told to them alone."""

    person: Public[PersonId]
    title: Public[Office[Masked]]


class TeamAdmitted(Event, type="cn.community.volunteers.team.admitted.v1", topic=VOLUNTEERS, state=TeamState):
    """`person`, who had applied, is admitted: a `team.member-joined` went before."""

    person: Public[PersonId]
    title: Public[Office[Masked]]


class TeamDissolved(Event, type="cn.community.volunteers.team.dissolved.v1", topic=VOLUNTEERS, state=TeamState):
    """A team was dissolved. `people` belonged to it."""

    dissolved: Public[bool]
    recruiting: Public[bool]
    people: Public[list[PersonId]]
    title: Public[Office[Masked]]


class TeamPersonErased(Event, type="cn.community.volunteers.team.person-erased.v1", topic=VOLUNTEERS, state=TeamState):
    """A person was erased from a team: it has a member less, or `leader` is a stand-in that leads nowhere until another
    is named.
    """

    leader: Public[PersonId]
    members: Public[int]
