"""The HTTP gateway of events, under /api/events/v1.

Activities, series, the calendar and the linked data are public: they may be read without a token and name no person.
Everything else of an activity answers as one that isn't there, to whom it does not concern.
"""

from fastapi import APIRouter

from services.events.api import activities, attendance, calendar, registrations, series
from services.events.calendar import Feeds
from services.events.domain.codes import CodeTime
from services.events.store import Store
from services.events.tries import Tries


def routers(store: Store, public_url: str, time: CodeTime, tries: Tries) -> list[APIRouter]:
    """All routes, on `store`; `public_url` is the origin for links, `time` when codes exist."""
    return [
        activities.router(store, time),
        registrations.router(store),
        attendance.router(store, time, tries),
        series.router(store),
        calendar.router(store, Feeds(store, public_url), public_url),
    ]
