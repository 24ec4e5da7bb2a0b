"""The room of teams."""

from functools import partial

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.teams import domain
from services.volunteers.teams.api import router
from services.volunteers.teams.domain import Team
from services.volunteers.teams.store import INDEXES, KINDS


def room(teams: Aggregates[Team]) -> Room:
    """The room of teams."""
    return Room("teams", kinds=KINDS, indexes=INDEXES, routers=[router(teams)], erase=partial(erase, teams))


async def erase(teams: Aggregates[Team], leaver: Leaver) -> None:
    """Leave nothing of `leaver` as a member or a leader."""
    person, theirs = leaver.person, {"state.people": leaver.person}
    await erase_each(teams, theirs, lambda t, now: domain.forget(t, person, leaver.stand_in), leaver)
