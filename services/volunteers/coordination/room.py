"""The room of coordination, which stores nothing of its own."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.coordination import visits
from services.volunteers.coordination.api import Lists, router
from services.volunteers.needs.domain.need import Need
from services.volunteers.requests.domain import HelpRequest


def room(
    needs: Aggregates[Need],
    care_plans: Aggregates[CarePlan],
    requests: Aggregates[HelpRequest],
    lists: Lists,
    clock: Clock,
) -> Room:
    """The room of coordination."""
    return Room("coordination", routers=[router(lists), visits.router(needs, care_plans, requests, lists, clock)])
