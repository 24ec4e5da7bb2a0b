"""The room of coordination. It keeps nothing of its own."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.coordination import visits
from services.volunteers.coordination.api import Lists, router
from services.volunteers.needs.domain.need import Need


def room(needs: Aggregates[Need], care_plans: Aggregates[CarePlan], lists: Lists, clock: Clock) -> Room:
    """The room of coordination."""
    return Room("coordination", routers=[router(lists), visits.router(needs, care_plans, lists, clock)])
