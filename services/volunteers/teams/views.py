"""How the API shows teams."""

from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import TeamState
from services.volunteers.shared.views import Identified, shown
from services.volunteers.teams.domain import Team


class TeamView(TeamState, Identified):
    """A team. `mine`: the caller belongs to it. `people` is null to everybody but its leader and staff."""

    mine: bool
    people: list[str] | None = None


def team_view(stored: Stored[Team], by: Principal) -> TeamView:
    """The team as `by` may see it."""
    team = stored.aggregate
    people = sorted(team.people) if team.is_run_by(by) else None
    return shown(TeamView, stored, mine=by.sub in team.people, people=people)
