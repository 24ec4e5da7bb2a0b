"""How a team begins, is led, looks for people, is called anew and ends."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.event import Event
from services.contracts.volunteers import (
    TeamCalled,
    TeamChanged,
    TeamDissolved,
    TeamFormed,
    TeamMemberJoined,
    TeamMemberLeft,
    TeamPersonErased,
    TeamRenamed,
)
from services.volunteers.teams.domain.team import (
    Call,
    ChangeTeam,
    Form,
    NotAMember,
    Rename,
    Team,
    require_run_by,
)


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
        by_application=command.by_application,
        formed_at=now,
    )
    return decided(team, event_from(TeamFormed, team))


def change(team: Team, command: ChangeTeam, by: Principal, now: datetime) -> Decision[Team]:
    """Hand over the lead, open or close recruiting.

    Raises:
        NotYours, Dissolved: as for `invite`.
        NotAMember: the new leader is not in the team.
    """
    by.require(team.community)
    require_run_by(team, by)
    leader = team.leader if command.leader is None else command.leader
    recruiting = team.recruiting if command.recruiting is None else command.recruiting
    if leader not in team.people:
        raise NotAMember()
    if (leader, recruiting) == (team.leader, team.recruiting):
        return decided(team)
    changed = team.model_copy(update={"leader": leader, "recruiting": recruiting})
    return decided(changed, event_from(TeamChanged, changed))


def rename(team: Team, command: Rename, by: Principal, now: datetime) -> Decision[Team]:
    """The leader or staff give it another name.

    Raises:
        NotYours, Dissolved: as for `invite`.
    """
    require_run_by(team, by)
    if (team.title, team.title_en) == (command.title, command.title_en):
        return decided(team)
    changed = team.model_copy(update={"title": command.title, "title_en": command.title_en})
    return decided(changed, event_from(TeamRenamed, changed))


def call(team: Team, command: Call, by: Principal, now: datetime) -> Decision[Team]:
    """The leader or staff look for people, or end that.

    Raises:
        NotYours, Dissolved: as for `invite`.
    """
    require_run_by(team, by)
    given = {name: getattr(command, name) for name in Call.model_fields}
    if all(getattr(team, name) == value for name, value in given.items()):
        return decided(team)
    changed = team.model_copy(update=given)
    return decided(changed, event_from(TeamCalled, changed))


def dissolve(team: Team, by: Principal, now: datetime) -> Decision[Team]:
    """The leader or staff dissolve it. Who belonged to it is told, and nothing more happens in it.

    Raises:
        NotYours: as for `invite`.
    """
    by.require(team.community)
    if not team.is_run_by(by):
        raise NotYours()
    if team.dissolved:
        return decided(team)
    update = {"dissolved": True, "recruiting": False, "invited": frozenset(), "applications": ()}
    changed = team.model_copy(update=update)
    return decided(changed, event_from(TeamDissolved, changed, people=sorted(team.people)))


def replace(team: Team, person: str, into: str) -> Decision[Team]:
    """A member was a second record of `into`, who is the member from now on, and leads where that one led."""
    if person not in team.people:
        return decided(team)
    leader = into if team.leader == person else team.leader
    people = team.people - {person}
    without = team.model_copy(update={"people": people, "leader": leader})
    changed = without.model_copy(update={"people": people | {into}, "invited": team.invited - {into}})
    events: list[Event] = [event_from(TeamMemberLeft, without, person=person)]
    if into not in team.people:
        events.append(event_from(TeamMemberJoined, changed, person=into))
    if leader != team.leader:
        events.append(event_from(TeamChanged, changed))
    return decided(changed, *events)


def forget(team: Team, person: str, stand_in: str) -> Decision[Team]:
    """Somebody is erased. Where they led, a stand-in leads until somebody is named."""
    applications = tuple(each for each in team.applications if each.person != person)
    if person not in team.people | team.invited and applications == team.applications:
        return decided(team)
    people = team.people - {person}
    leader = team.leader
    if leader == person:
        leader = stand_in
        people |= {stand_in}
    others = {"invited": team.invited - {person}, "applications": applications}
    changed = team.model_copy(update={"people": people, "leader": leader, **others})
    return decided(changed, event_from(TeamPersonErased, changed))
