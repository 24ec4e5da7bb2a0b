"""The room of matching: it keeps plans, and asks volunteers for the seats of needs all the time."""

from functools import partial

from services.chassis.room import Room
from services.chassis.subscriber.erasure import Leaver
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.reactions import reactions
from services.volunteers.matching.staffing import Staffing
from services.volunteers.matching.store import INDEXES, KINDS


def room(staffing: Staffing, plans: Plans) -> Room:
    """The room of matching."""
    return Room(
        "matching",
        kinds=KINDS,
        indexes=INDEXES,
        reactions=lambda table: reactions(table, staffing),
        tasks=[staffing.run],
        erase=partial(erase, plans),
    )


async def erase(plans: Plans, leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any plan."""
    await plans.forget(leaver.person, leaver.stand_in, leaver.community)
