"""The room of teams."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.teams.api import router
from services.volunteers.teams.domain import leading
from services.volunteers.teams.domain.team import Team
from services.volunteers.teams.reactions import reactions
from services.volunteers.teams.store import INDEXES, KINDS


def room(teams: Aggregates[Team], volunteers: Aggregates[Volunteer], clock: Clock) -> Room:
    """The room of teams."""
    return Room(
        "teams",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(teams, volunteers, clock)],
        reactions=lambda table: reactions(table, teams, volunteers),
        erase=partial(erase, teams),
    )


async def erase(teams: Aggregates[Team], leaver: Leaver) -> None:
    """Leave nothing of `leaver` as a member, a leader, or somebody who was asked or applied."""
    person = leaver.person
    for named in ("state.people", "state.invited", "state.applications.person", "state.asked_to_lead"):
        await erase_each(teams, {named: person}, lambda t, now: leading.forget(t, person, leaver.stand_in), leaver)
