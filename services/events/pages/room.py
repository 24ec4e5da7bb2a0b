"""The room of pages, which stores nothing."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.events.activities.domain.activity import Activity
from services.events.names.store import Names
from services.events.pages.api import router
from services.events.pages.page import Pages
from services.events.pages.settings import PagesSettings
from services.events.series.domain.series import Series


def room(
    activities: Aggregates[Activity],
    series: Aggregates[Series],
    names: Names,
    clock: Clock,
    settings: PagesSettings,
) -> Room:
    """Make the room of pages."""
    pages = Pages(settings.desks, settings.public_url)
    return Room("pages", routers=[router(activities, series, names, pages, clock)])
