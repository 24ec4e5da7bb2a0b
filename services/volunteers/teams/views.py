"""How the API shows teams."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, Field

from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import TeamState
from services.volunteers.shared.views import Identified, shown, taken
from services.volunteers.teams.domain.team import Application, Team
from services.volunteers.teams.possible import possible


class ApplicationView(BaseModel):
    """Somebody who wants to join, or was refused."""

    person: str
    words: str | None
    at: datetime
    refused_because: str | None


class TeamView(TeamState, Identified):
    """A team. `mine`: the caller belongs to it; `asked`: they were invited; `applied`: their own application;
    `lead_asked`: they were asked to lead it.

    `people`, `invited`, `applications`, `asked_to_lead` and `called` (what these are called who have said so) are null
    to everybody but its leader and staff.
    """

    mine: bool
    asked: bool
    lead_asked: bool
    applied: ApplicationView | None
    people: list[str] | None = None
    invited: list[str] | None = None
    asked_to_lead: str | None = None
    called: dict[str, str] | None = None
    applications: list[ApplicationView] | None = None
    can: list[str] = Field(description="The commands that the caller may give now; all others are refused.")


def team_view(stored: Stored[Team], by: Principal, now: datetime, called: Mapping[str, str]) -> TeamView:
    """The team as `by` may see it at `now`. `called`: what people are called who have said so."""
    team = stored.aggregate
    runs = team.is_run_by(by)
    mine = next((each for each in reversed(team.applications) if each.person == by.sub), None)
    return shown(
        TeamView,
        stored,
        mine=by.sub in team.people,
        asked=by.sub in team.invited,
        lead_asked=by.sub == team.asked_to_lead,
        asked_to_lead=team.asked_to_lead if runs else None,
        called={who: called[who] for who in sorted(team.everybody) if who in called} if runs else None,
        applied=None if mine is None else _application(mine),
        people=sorted(team.people) if runs else None,
        invited=sorted(team.invited) if runs else None,
        applications=[_application(each) for each in team.applications] if runs else None,
        can=possible(team, by, now),
    )


def _application(application: Application) -> ApplicationView:
    return ApplicationView(**taken(application, ApplicationView))
