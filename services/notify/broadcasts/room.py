"""The room of broadcasts."""

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.notify.broadcasts.api import router
from services.notify.broadcasts.domain import Broadcast
from services.notify.broadcasts.sending import Broadcasting
from services.notify.broadcasts.store import INDEXES, KINDS
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.notice import Notice
from services.notify.notices.telling import Telling
from services.notify.persons.people import People


def room(
    broadcasts: Aggregates[Broadcast],
    notices: Aggregates[Notice],
    telling: Telling,
    people: People,
    knowledge: Knowledge,
) -> Room:
    """Make the room of broadcasts. Of people it stores only who began a broadcast, in office, and the id that it has
    come to."""
    return Room(
        "broadcasts",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(broadcasts, notices, people, knowledge)],
        sweeps=[Broadcasting(broadcasts, telling, people, knowledge, notices)],
    )
