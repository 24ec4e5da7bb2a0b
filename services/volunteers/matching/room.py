"""The room of matching: it keeps plans, and asks volunteers for the seats of needs all the time."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver
from services.volunteers.matching.answers import Answers
from services.volunteers.matching.api import router
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.reactions import reactions
from services.volunteers.matching.staffing import Staffing
from services.volunteers.matching.store import INDEXES, KINDS
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.teams.domain.team import Team


def room(
    needs: Aggregates[Need],
    volunteers: Aggregates[Volunteer],
    teams: Aggregates[Team],
    staffing: Staffing,
    plans: Plans,
    clock: Clock,
) -> Room:
    """The room of matching."""
    return Room(
        "matching",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(needs, volunteers, teams, plans, Answers(needs, volunteers, clock), clock)],
        reactions=lambda table: reactions(table, staffing),
        tasks=[staffing.run],
        erase=partial(erase, plans),
    )


async def erase(plans: Plans, leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any plan."""
    await plans.forget(leaver.person, leaver.stand_in, leaver.community)
