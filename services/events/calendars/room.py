"""The room of calendars. It reads activities and keeps nothing of its own."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.events.activities.domain.activity import Activity
from services.events.calendars.api import router
from services.events.calendars.feeds import Feeds


def room(activities: Aggregates[Activity], clock: Clock, public_url: str) -> Room:
    """The room of calendars; `public_url` is the origin of links."""
    return Room("calendars", routers=[router(activities, Feeds(activities, clock, public_url), public_url)])
