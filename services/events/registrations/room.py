"""The room of registrations. They are part of their activity, so the room keeps and erases nothing itself."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.events.activities.domain.activity import Activity
from services.events.activities.presenting import ActivityPresenter
from services.events.children.domain import Child
from services.events.registrations.api import routers
from services.events.registrations.reactions import reactions
from services.events.registrations.settings import RegistrationSettings
from services.events.registrations.store import Standings


def room(
    activities: Aggregates[Activity],
    children: Aggregates[Child],
    present: ActivityPresenter,
    clock: Clock,
    settings: RegistrationSettings,
) -> Room:
    """The room of registrations."""
    standings = Standings(activities, settings.missed_allowed, settings.missed_within)
    return Room(
        "registrations",
        routers=routers(activities, children, standings, present, clock),
        reactions=lambda table: reactions(table, activities, clock),
    )
