"""Tells which commands somebody may give to a team now: those that its rules would not refuse."""

from collections.abc import Callable, Mapping
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError
from services.chassis.principal import Principal
from services.volunteers.teams.domain import joining, leading
from services.volunteers.teams.domain.team import Apply, Call, ChangeTeam, Invite, Membership, Rename, Team

_NOBODY = "nobody"

TRIES: Mapping[str, Callable[[Team, Principal, datetime], Decision[Team]]] = {
    "join": lambda team, by, now: joining.join(team, Membership(), by, now),
    "apply": lambda team, by, now: joining.apply(team, Apply(), by, now),
    "decline": joining.decline,
    "accept-lead": leading.accept_lead,
    "leave": lambda team, by, now: joining.leave(team, Membership(), by, now),
    "invite": lambda team, by, now: joining.invite(team, Invite(person=_NOBODY), by, now),
    "hand-over": lambda team, by, now: leading.change(team, ChangeTeam(recruiting=not team.recruiting), by, now),
    "rename": lambda team, by, now: leading.rename(team, Rename(title=f"{team.title}."), by, now),
    "call": lambda team, by, now: leading.call(team, Call(recruiting=not team.recruiting), by, now),
    "dissolve": leading.dissolve,
}
"""Each command as it would be tried. One that would change nothing is none that can be given."""


def possible(team: Team, by: Principal, now: datetime) -> list[str]:
    """The commands that `by` may give to `team` at `now`."""
    return [name for name, attempt in TRIES.items() if _changes(attempt, team, by, now)] + _deciding(team, by)


def _changes(
    attempt: Callable[[Team, Principal, datetime], Decision[Team]], team: Team, by: Principal, now: datetime
) -> bool:
    try:
        return bool(attempt(team, by, now).events)
    except CommunityError:
        return False


def _deciding(team: Team, by: Principal) -> list[str]:
    waiting = any(each.refused_because is None for each in team.applications)
    return ["decide"] if waiting and team.is_run_by(by) and not team.dissolved else []
