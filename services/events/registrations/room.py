"""The room of registrations, which are part of their activity: the room itself stores only what people are about to
register for."""

from collections.abc import Mapping, Sequence
from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import IndexModel
from services.chassis.subscriber.erasure import Leaver
from services.events.activities.domain.activity import Activity
from services.events.activities.presenting import ActivityPresenter
from services.events.children.domain import Child
from services.events.registrations import claims
from services.events.registrations.api import routers
from services.events.registrations.claims import Claims
from services.events.registrations.reactions import reactions
from services.events.registrations.store import Standings

INDEXES: Mapping[str, Sequence[IndexModel]] = {claims.COLLECTION: claims.INDEXES}


def room(
    activities: Aggregates[Activity],
    children: Aggregates[Child],
    standings: Standings,
    present: ActivityPresenter,
    clock: Clock,
) -> Room:
    """Make the room of registrations."""
    return Room(
        "registrations",
        indexes=INDEXES,
        routers=routers(activities, children, standings, present, clock),
        reactions=lambda table: reactions(table, activities, clock),
        erase=partial(erase, standings.claims),
    )


async def erase(claims: Claims, leaver: Leaver) -> None:
    """Leave nothing that `leaver` is about to register for."""
    await claims.forget(leaver.person)
