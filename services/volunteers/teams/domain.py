"""The rules of teams, of hobby (a choir) and of service (帮帮团). Their leaders are public, their members are not."""

from datetime import datetime

from services.chassis.aggregate import Aggregate, Decision, decided, event_from
from services.chassis.errors import Conflict, NotYours
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


class NotRecruiting(
    Conflict, code="team.not-recruiting", zh="该队伍目前不招募队员。", en="The team is not recruiting just now."
):
    """Only the leader or staff may add somebody to a team that is closed."""


class LeaderStays(
    Conflict,
    code="team.leader-stays",
    zh="队长须先移交职责才能退出。",
    en="The leader hands over first, then leaves.",
):
    """A team always has a leader."""


class NotAMember(Conflict, code="team.not-a-member", zh="对方不是该队伍的成员。", en="They are not in this team."):
    """Only a member can lead."""


class Form(Request):
    """Form a new team. The caller leads it, unless `leader` is given."""

    community: Id
    title: Line
    title_en: Line | None = None
    kind: TeamKind
    leader: Id | None = None
    recruiting: bool = True


class ChangeTeam(Request):
    """Hand over the lead, open or close recruiting."""

    leader: Id | None = None
    recruiting: bool | None = None


class Membership(Request):
    """The person whom a command is about: the caller, unless `person` is given."""

    person: Id | None = None


class Team(Aggregate):
    """A group of people with a leader. `people`: its members, the leader among them."""

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
        """Whether `by` leads the team, or is staff."""
        return by.sub == self.leader or by.has(self.community, Role.STAFF)


def form(id: str, command: Form, by: Principal, now: datetime) -> Decision[Team]:
    """Form a team: organisers do so for themselves, staff for anybody.

    Raises:
        NotYours: the caller is neither organiser nor staff, or is an organiser who names another leader.
    """
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
    return decided(team, event_from(TeamFormed, team))


def join(team: Team, command: Membership, by: Principal, now: datetime) -> Decision[Team]:
    """A person joins; a second time changes nothing.

    Raises:
        NotYours: the person is somebody else, and the caller neither leads the team nor is staff.
        NotRecruiting: the team is closed, and the caller joins by themselves.
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
    return decided(changed, event_from(TeamMemberJoined, changed, person=person))


def leave(team: Team, command: Membership, by: Principal, now: datetime) -> Decision[Team]:
    """A person leaves, or is taken off the list by the leader or by staff.

    Raises:
        NotYours: as for `join`.
        LeaderStays: the person leads the team.
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
    return decided(changed, event_from(TeamMemberLeft, changed, person=person))


def change(team: Team, command: ChangeTeam, by: Principal, now: datetime) -> Decision[Team]:
    """Hand over the lead, open or close recruiting.

    Raises:
        NotYours: the caller neither leads the team nor is staff.
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
    return decided(changed, event_from(TeamChanged, changed))


def forget(team: Team, person: str, stand_in: str) -> Decision[Team]:
    """A member is erased. Where they led, a stand-in leads until somebody is named."""
    if person not in team.people:
        return decided(team)
    people = team.people - {person}
    leader = team.leader
    if leader == person:
        leader = stand_in
        people |= {stand_in}
    changed = team.model_copy(update={"people": people, "leader": leader})
    return decided(changed, event_from(TeamPersonErased, changed))
