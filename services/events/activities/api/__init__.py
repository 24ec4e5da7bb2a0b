"""The HTTP gateway of events, under /api/events/v1.

Activities, series, the calendar and the linked data are public: they may be read without a token and name no person.
Everything else of an activity answers as one that isn't there, to whom it does not concern.
"""

from fastapi import APIRouter

from services.events.activities.api import activities
from services.events.activities.store import Store
from services.events.attendance import api as attendance
from services.events.attendance.domain.codes import CodeTime
from services.events.attendance.tries import Tries
from services.events.calendars import api as calendars
from services.events.calendars.feeds import Feeds
from services.events.registrations import api as registrations
from services.events.series import api as series


def routers(store: Store, public_url: str, time: CodeTime, tries: Tries) -> list[APIRouter]:
    """All routes, on `store`; `public_url` is the origin for links, `time` when codes exist."""
    return [
        activities.router(store, time),
        registrations.router(store),
        attendance.router(store, time, tries),
        series.router(store),
        calendars.router(store, Feeds(store, public_url), public_url),
    ]
