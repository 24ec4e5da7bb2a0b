"""The HTTP gateway of events, under /api/events/v1.

Activities, series, the calendar and the linked data are public: they may be read without a token and name no person.
"""

from fastapi import APIRouter

from services.events.api import activities, attendance, calendar, registrations, series
from services.events.calendar import Feeds
from services.events.store import Store


def routers(store: Store, public_url: str) -> list[APIRouter]:
    """All routes, on `store`; `public_url` is the origin for links."""
    return [
        *(module.router(store) for module in (activities, registrations, attendance, series)),
        calendar.router(store, Feeds(store, public_url), public_url),
    ]
