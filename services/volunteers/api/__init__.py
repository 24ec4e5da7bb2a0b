"""The HTTP gateway of volunteers, under /api/volunteers/v1."""

from fastapi import APIRouter

from services.volunteers.care.api import plans, readings
from services.volunteers.hours import api as hours
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.api import needs
from services.volunteers.needs.homes import Homes
from services.volunteers.people import api as people
from services.volunteers.seats.api import offers
from services.volunteers.store import Store
from services.volunteers.teams import api as teams


def routers(store: Store, staffing: Staffing, homes: Homes) -> list[APIRouter]:
    """All routes, on `store`. Of another community nothing is known: all that is there answers as what isn't."""
    return [
        people.router(store),
        teams.router(store),
        plans.router(store, homes),
        needs.router(store, staffing.seats, homes),
        offers.router(store, staffing),
        hours.router(store),
        readings.router(store),
    ]
