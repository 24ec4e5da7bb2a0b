"""How people come and go. Nobody becomes a member unasked.

A person joins by themselves where the team is open, after they were invited, or after the leader admitted their
application.
"""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import NotYours
from services.chassis.principal import Principal
from services.chassis.values import local_date
from services.contracts.volunteers import (
    TeamAdmitted,
    TeamApplicationRefused,
    TeamApplied,
    TeamInvitationDeclined,
    TeamLeadDeclined,
    TeamMemberInvited,
    TeamMemberJoined,
    TeamMemberLeft,
)
from services.volunteers.teams.domain.team import (
    Application,
    Apply,
    Decide,
    Invite,
    LeaderStays,
    Membership,
    NoApplication,
    NotInvited,
    NotRecruiting,
    Team,
    require_run_by,
    require_standing,
)


def join(team: Team, command: Membership, by: Principal, now: datetime) -> Decision[Team]:
    """A person joins; a second time changes nothing. For somebody else, it is an invitation.

    Raises:
        NotYours: the person is somebody else, and the caller neither leads the team nor is staff.
        NotRecruiting: the team is closed, or its call is over, or people apply; and nobody has invited the caller.
        Dissolved: the team is no more.
    """
    by.require(team.community)
    person = command.person or by.sub
    if person != by.sub:
        return invite(team, Invite(person=person), by, now)
    require_standing(team)
    if person in team.people:
        return decided(team)
    if not (person in team.invited or team.is_run_by(by) or (is_open(team, now) and not team.by_application)):
        raise NotRecruiting()
    return _joined(team, person)


def is_open(team: Team, now: datetime) -> bool:
    """Whether the team looks for people."""
    return team.recruiting and (team.call_until is None or local_date(now) <= team.call_until)


def invite(team: Team, command: Invite, by: Principal, now: datetime) -> Decision[Team]:
    """The leader or staff ask somebody, who becomes a member by joining. Whoever has applied is admitted by it.

    Raises:
        NotYours: the caller neither leads the team nor is staff.
        Dissolved: the team is no more.
    """
    require_run_by(team, by)
    person = command.person
    if team.application(person) is not None:
        return _joined(team, person)
    if person in team.people | team.invited:
        return decided(team)
    changed = team.model_copy(update={"invited": team.invited | {person}})
    return decided(changed, event_from(TeamMemberInvited, changed, person=person))


def decline(team: Team, by: Principal, now: datetime) -> Decision[Team]:
    """Whoever was invited does not join; whoever was asked to lead does not.

    Raises:
        NotInvited: nobody asked them.
    """
    by.require(team.community)
    if by.sub == team.asked_to_lead:
        stays = team.model_copy(update={"asked_to_lead": None})
        return decided(stays, event_from(TeamLeadDeclined, stays, person=by.sub))
    if by.sub not in team.invited:
        raise NotInvited()
    changed = team.model_copy(update={"invited": team.invited - {by.sub}})
    return decided(changed, event_from(TeamInvitationDeclined, changed, person=by.sub))


def apply(team: Team, command: Apply, by: Principal, now: datetime) -> Decision[Team]:
    """Somebody wants to join; whoever was invited joins by it. A second application changes nothing.

    Raises:
        NotRecruiting: the team looks for nobody.
        Dissolved: the team is no more.
    """
    by.require(team.community)
    require_standing(team)
    if by.sub in team.people or team.application(by.sub) is not None:
        return decided(team)
    if by.sub in team.invited:
        return _joined(team, by.sub)
    if not is_open(team, now):
        raise NotRecruiting()
    others = tuple(each for each in team.applications if each.person != by.sub)
    applied = Application(person=by.sub, words=command.words, at=now)
    changed = team.model_copy(update={"applications": (*others, applied)})
    return decided(changed, event_from(TeamApplied, changed, person=by.sub))


def decide(team: Team, command: Decide, by: Principal, now: datetime) -> Decision[Team]:
    """The leader or staff admit whoever applied, or refuse with a reason.

    Raises:
        NotYours, Dissolved: as for `invite`.
        NoApplication: nobody of that name waits.
    """
    require_run_by(team, by)
    application = team.application(command.person)
    if application is None:
        raise NoApplication()
    if command.admit:
        return _joined(team, command.person)
    refused = application.model_copy(update={"refused_because": command.reason})
    applications = tuple(refused if each is application else each for each in team.applications)
    changed = team.model_copy(update={"applications": applications})
    return decided(changed, event_from(TeamApplicationRefused, changed, person=command.person))


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
    asked = None if person == team.asked_to_lead else team.asked_to_lead
    changed = team.model_copy(update={"people": team.people - {person}, "asked_to_lead": asked})
    return decided(changed, event_from(TeamMemberLeft, changed, person=person))


def _joined(team: Team, person: str) -> Decision[Team]:
    applications = tuple(each for each in team.applications if each.person != person)
    update = {"people": team.people | {person}, "invited": team.invited - {person}, "applications": applications}
    changed = team.model_copy(update=update)
    joined = event_from(TeamMemberJoined, changed, person=person)
    if team.application(person) is None:
        return decided(changed, joined)
    return decided(changed, joined, event_from(TeamAdmitted, changed, person=person))
