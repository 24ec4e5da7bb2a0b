"""Teams: of hobby (a choir, a dance group) and of service (帮帮团). Who leads is public, who belongs is not."""

from datetime import datetime

from services.chassis.aggregate import Aggregate, Decision, decided, tell
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request
from services.contracts.marks import Id, Masked, Office, Someone
from services.contracts.volunteers import (
    TeamChanged,
    TeamFormed,
    TeamKind,
    TeamMemberJoined,
    TeamMemberLeft,
    TeamPersonErased,
    TeamState,
)
from services.volunteers.domain.errors import LeaderStays, NotAMember, NotRecruiting


class Form(Request):
    """A new team. `leader` left out: the caller."""

    community: Id
    title: Line
    title_en: Line | None = None
    kind: TeamKind
    leader: Id | None = None
    recruiting: bool = True


class Change(Request):
    """Hand over the lead, open or close recruiting."""

    leader: Id | None = None
    recruiting: bool | None = None


class Membership(Request):
    """Whom it is about; left out: the caller."""

    person: Id | None = None


class Team(Aggregate):
    """`people`: its members, the leader among them."""

    title: Office[Masked]
    title_en: Office[Masked | None] = None
    kind: TeamKind
    leader: Someone[str]
    people: Someone[frozenset[str]]
    recruiting: bool
    formed_at: datetime

    def public(self) -> TeamState:
        return TeamState(
            title=self.title,
            title_en=self.title_en,
            kind=self.kind,
            leader=self.leader,
            members=len(self.people),
            recruiting=self.recruiting,
            formed_at=self.formed_at,
        )

    def is_run_by(self, by: Principal) -> bool:
        """Whether `by` leads it, or is staff."""
        return by.sub == self.leader or by.has(self.community, Role.STAFF)


def form(id: str, command: Form, by: Principal, now: datetime) -> Decision[Team]:
    """Form a team: organisers for themselves, staff for anybody."""
    by.require(command.community, Role.ORGANISER, Role.STAFF)
    leader = command.leader or by.sub
    if leader != by.sub and not by.has(command.community, Role.STAFF):
        raise NotYours()
    team = Team(
        id=id,
        community=command.community,
        title=command.title,
        title_en=command.title_en,
        kind=command.kind,
        leader=leader,
        people=frozenset({leader}),
        recruiting=command.recruiting,
        formed_at=now,
    )
    return decided(team, tell(TeamFormed, team))


def join(team: Team, command: Membership, by: Principal, now: datetime) -> Decision[Team]:
    """Join; a second time changes nothing.

    Raises:
        NotYours: somebody else, and the caller neither leads nor is staff.
        NotRecruiting: by oneself, and the team is closed.
    """
    by.require(team.community)
    person = command.person or by.sub
    if person in team.people:
        return decided(team)
    if not team.is_run_by(by):
        if person != by.sub:
            raise NotYours()
        if not team.recruiting:
            raise NotRecruiting()
    changed = team.model_copy(update={"people": team.people | {person}})
    return decided(changed, tell(TeamMemberJoined, changed, person=person))


def leave(team: Team, command: Membership, by: Principal, now: datetime) -> Decision[Team]:
    """Leave, or be taken off the list by the leader or staff.

    Raises:
        LeaderStays: the leader can't.
    """
    by.require(team.community)
    person = command.person or by.sub
    if person != by.sub and not team.is_run_by(by):
        raise NotYours()
    if person not in team.people:
        return decided(team)
    if person == team.leader:
        raise LeaderStays()
    changed = team.model_copy(update={"people": team.people - {person}})
    return decided(changed, tell(TeamMemberLeft, changed, person=person))


def change(team: Team, command: Change, by: Principal, now: datetime) -> Decision[Team]:
    """Hand over, or open or close recruiting.

    Raises:
        NotAMember: the new leader is not in the team.
    """
    by.require(team.community)
    if not team.is_run_by(by):
        raise NotYours()
    leader = team.leader if command.leader is None else command.leader
    recruiting = team.recruiting if command.recruiting is None else command.recruiting
    if leader not in team.people:
        raise NotAMember()
    if (leader, recruiting) == (team.leader, team.recruiting):
        return decided(team)
    changed = team.model_copy(update={"leader": leader, "recruiting": recruiting})
    return decided(changed, tell(TeamChanged, changed))


def forget(team: Team, person: str, stand_in: str) -> Decision[Team]:
    """A member is erased; where they led, a stand-in does until somebody is named."""
    if person not in team.people:
        return decided(team)
    people = team.people - {person}
    leader = team.leader
    if leader == person:
        leader = stand_in
        people |= {stand_in}
    changed = team.model_copy(update={"people": people, "leader": leader})
    return decided(changed, tell(TeamPersonErased, changed))
