"""The room of registrations. They are part of their activity, so the room keeps and erases nothing itself."""

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.events.activities.domain.activity import Activity
from services.events.registrations.api import routers


def room(activities: Aggregates[Activity]) -> Room:
    """The room of registrations."""
    return Room("registrations", routers=routers(activities))
