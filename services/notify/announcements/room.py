"""The room of announcements. Nothing of a person is kept in it but who acted in office."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.notify.announcements.api import router
from services.notify.announcements.domain import Announcement
from services.notify.announcements.store import INDEXES, KINDS


def room(announcements: Aggregates[Announcement], clock: Clock) -> Room:
    """The room of announcements."""
    return Room("announcements", kinds=KINDS, indexes=INDEXES, routers=[router(announcements, clock)])
