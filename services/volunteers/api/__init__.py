"""The HTTP gateway of volunteers, under /api/volunteers/v1."""

from fastapi import APIRouter

from services.volunteers.api import accounts, care, needs, offers, teams, volunteers
from services.volunteers.staffing import Staffing
from services.volunteers.store import Store


def routers(store: Store, staffing: Staffing) -> list[APIRouter]:
    """All routes, on `store`."""
    return [
        volunteers.router(store),
        teams.router(store),
        care.router(store),
        needs.router(store),
        offers.router(store, staffing),
        accounts.router(store),
    ]
