"""The room of the notice board. It keeps copies of public states, in which no person stands."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.notify.announcements.domain import Announcement
from services.notify.board.api import router
from services.notify.board.changes import Changes
from services.notify.board.gallery import Gallery
from services.notify.board.page import Page
from services.notify.board.reactions import reactions
from services.notify.board.store import INDEXES
from services.notify.knowledge.names import Names
from services.notify.knowledge.venues import Venues


def room(
    database: Database,
    announcements: Aggregates[Announcement],
    clock: Clock,
    names: Names,
    page: Page,
    venues: Venues,
    origin: str,
    seconds: float,
) -> Room:
    """The room of the board. Links begin with `origin`; figures are at most `seconds` old, and counted anew for each
    look where that is 0."""
    changes = Changes(database)
    gallery = Gallery(database, announcements, venues, changes, clock, seconds)
    return Room(
        "board",
        indexes=INDEXES,
        routers=[router(gallery, page, names, origin, seconds)],
        reactions=reactions,
        tasks=[changes.run, gallery.keep_warm] if seconds else [],
    )
