"""The HTTP gateway of volunteers, under /api/volunteers/v1."""

from fastapi import APIRouter

from services.volunteers.api import accounts, care, needs, offers, readings, teams, volunteers
from services.volunteers.homes import Homes
from services.volunteers.staffing import Staffing
from services.volunteers.store import Store


def routers(store: Store, staffing: Staffing, homes: Homes) -> list[APIRouter]:
    """All routes, on `store`. Of another community nothing is known: all that is there answers as what isn't."""
    return [
        volunteers.router(store),
        teams.router(store),
        care.router(store, homes),
        needs.router(store, staffing.seats, homes),
        offers.router(store, staffing),
        accounts.router(store),
        readings.router(store),
    ]
