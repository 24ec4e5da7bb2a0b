"""The room of bulletins, which stores nothing of people."""

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.notify.board.page import Page
from services.notify.bulletins.api import router
from services.notify.bulletins.domain import Bulletin
from services.notify.bulletins.pages import Sheets
from services.notify.bulletins.store import INDEXES, KINDS
from services.notify.bulletins.sweeps import WeeksThatAreOver


def room(bulletins: Aggregates[Bulletin], database: Database, page: Page, origin: str) -> Room:
    """Make the room of bulletins, which are shown in the frame of `page`, at addresses that begin with `origin`."""
    return Room(
        "bulletins",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(bulletins, database, Sheets(page), origin)],
        sweeps=[WeeksThatAreOver(bulletins, database)],
    )
