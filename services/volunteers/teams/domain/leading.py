"""How a team begins, is led, looks for people, is called anew and ends."""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, derived_id, event_from
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import local_date
from services.contracts.event import Event
from services.contracts.volunteers import (
    TeamApplied,
    TeamCalled,
    TeamChanged,
    TeamDissolved,
    TeamFormed,
    TeamInvitationDeclined,
    TeamLeadOffered,
    TeamMemberInvited,
    TeamMemberJoined,
    TeamMemberLeft,
    TeamPersonErased,
    TeamRenamed,
)
from services.volunteers.teams.domain.team import (
    Call,
    CallIsOver,
    ChangeTeam,
    Form,
    NotAMember,
    NotInvited,
    Rename,
    Team,
    require_run_by,
    require_standing,
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
    """Ask a member to lead it, open or close recruiting. The member leads once they have said yes.

    Raises:
        NotYours, Dissolved: as for `invite`.
        NotAMember: whoever is to lead is not in the team.
    """
    require_run_by(team, by)
    changed, told = team, list[Event]()
    if command.leader is not None and command.leader not in team.people:
        raise NotAMember()
    if command.recruiting is not None and command.recruiting != team.recruiting:
        changed = changed.model_copy(update={"recruiting": command.recruiting})
        told.append(event_from(TeamChanged, changed))
    asked = command.leader
    if asked is not None and asked != team.leader and asked == by.sub:
        changed = changed.model_copy(update={"leader": asked, "asked_to_lead": None})
        told.append(event_from(TeamChanged, changed))
    elif asked is not None and asked not in (team.leader, team.asked_to_lead):
        changed = changed.model_copy(update={"asked_to_lead": asked})
        told.append(event_from(TeamLeadOffered, changed, person=asked))
    return decided(changed, *told)


def accept_lead(team: Team, by: Principal, now: datetime) -> Decision[Team]:
    """Whoever was asked to lead does from now on; a second time changes nothing.

    Raises:
        NotInvited: nobody asked them.
        Dissolved: the team is no more.
    """
    by.require(team.community)
    require_standing(team)
    if by.sub == team.leader:
        return decided(team)
    if by.sub != team.asked_to_lead:
        raise NotInvited()
    changed = team.model_copy(update={"leader": by.sub, "asked_to_lead": None})
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
        CallIsOver: it would end before today.
    """
    require_run_by(team, by)
    if command.recruiting and command.call_until is not None and command.call_until < local_date(now):
        raise CallIsOver()
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
    nobody = {"invited": frozenset[str](), "applications": (), "asked_to_lead": None}
    changed = team.model_copy(update=nobody).model_copy(update={"dissolved": True, "recruiting": False})
    return decided(changed, event_from(TeamDissolved, changed, people=sorted(team.people)))


def replace(team: Team, person: str, into: str) -> Decision[Team]:
    """A member was a second record of `into`, who is the member from now on, and leads where that one led.

    So with who was invited, or applied.
    """
    if person not in team.people:
        is_named = person in team.invited or any(each.person == person for each in team.applications)
        return _asked_instead(team, person, into) if is_named else decided(team)
    leader = into if team.leader == person else team.leader
    people = team.people - {person}
    asked = into if team.asked_to_lead == person and leader != into else team.asked_to_lead
    without = team.model_copy(update={"people": people, "leader": leader}).model_copy(update={"asked_to_lead": asked})
    changed = without.model_copy(update={"people": people | {into}, "invited": team.invited - {into}})
    events: list[Event] = [event_from(TeamMemberLeft, without, person=person)]
    if into not in team.people:
        events.append(event_from(TeamMemberJoined, changed, person=into))
    if leader != team.leader:
        events.append(event_from(TeamChanged, changed))
    return decided(changed, *events)


def gone(team: Team, person: str) -> Decision[Team]:
    """Somebody has left for good: they are no member, nobody asks them, and what they applied for is dropped.

    Where they led, an id that is nobody's leads until staff ask somebody else.
    """
    if person not in team.everybody:
        return decided(team)
    invited = team.invited - {person}
    applications = tuple(each for each in team.applications if each.person != person)
    asked = None if team.asked_to_lead == person else team.asked_to_lead
    others = {"invited": invited, "applications": applications, "asked_to_lead": asked}
    changed = team.model_copy(update={"people": team.people - {person}, **others})
    if person not in team.people:
        return decided(changed, event_from(TeamInvitationDeclined, changed, person=person))
    if person != team.leader:
        return decided(changed, event_from(TeamMemberLeft, changed, person=person))
    changed = changed.model_copy(update={"leader": derived_id("nobody", team.id)})
    return decided(changed, event_from(TeamMemberLeft, changed, person=person), event_from(TeamChanged, changed))


def _asked_instead(team: Team, person: str, into: str) -> Decision[Team]:
    there = team.people | {each.person for each in team.applications}
    invited = team.invited - {person} | ({into} - team.people if person in team.invited else frozenset())
    applications = tuple(
        each.model_copy(update={"person": into}) if each.person == person and into not in there else each
        for each in team.applications
        if each.person != person or into not in there
    )
    changed = team.model_copy(update={"invited": invited, "applications": applications})
    told: list[Event] = []
    if into in invited - team.invited:
        told.append(event_from(TeamMemberInvited, changed, person=into))
    if changed.application(into) is not None and team.application(into) is None:
        told.append(event_from(TeamApplied, changed, person=into))
    return decided(changed, *(told or [event_from(TeamInvitationDeclined, changed, person=person)]))


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
    asked = None if team.asked_to_lead == person else team.asked_to_lead
    others = {"invited": team.invited - {person}, "applications": applications, "asked_to_lead": asked}
    changed = team.model_copy(update={"people": people, "leader": leader, **others})
    return decided(changed, event_from(TeamPersonErased, changed))
