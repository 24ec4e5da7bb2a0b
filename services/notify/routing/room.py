"""The room of routing."""

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.notify.knowledge.store import Knowledge
from services.notify.routing.api import router
from services.notify.routing.domain.edition import Routing
from services.notify.routing.editions import Editions
from services.notify.routing.store import KINDS


def room(routings: Aggregates[Routing], editions: Editions, knowledge: Knowledge) -> Room:
    """Make the room of routing. Of people it stores only who has changed a table, in office."""
    return Room("routing", kinds=KINDS, routers=[router(routings, editions, knowledge)])
