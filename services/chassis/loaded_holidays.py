"""The room by which a service follows the arrangements of holidays that operators load in issues: it keeps a copy.

Loaded once there, they hold in every service a few seconds later, in all its replicas, and after each start.
"""

import asyncio
import logging
from datetime import date
from typing import Any

from services.chassis.calendar.days import Arrangement
from services.chassis.calendar.holidays import HOLIDAYS, Holidays
from services.chassis.room import Room
from services.chassis.store.mongo import Database, PyMongoError
from services.contracts.event import State

log = logging.getLogger(__name__)

COLLECTION = "calendars"
"""The copies; they are few, and read as a whole."""
LOOK_EVERY = 4.0
"""So many seconds, at most, what a process knows is older than the copies."""


class LoadedHolidays:
    """Keeps `holidays` to the arrangements that are copied in `database`."""

    def __init__(self, database: Database, holidays: Holidays = HOLIDAYS) -> None:
        self._copies = database[COLLECTION]
        self._holidays = holidays

    async def look(self) -> None:
        """Take over what is copied now."""
        loaded: dict[str, dict[int, Arrangement]] = {}
        async for copy in self._copies.find({}):
            if state := copy.get("state"):
                loaded.setdefault(copy["community"], {})[state["year"]] = _arrangement(state)
        self._holidays.load(loaded)

    async def follow(self) -> None:
        """Look again and again. While the store does not answer, what was known stands."""
        while True:
            try:
                await self.look()
            except PyMongoError as error:
                log.warning("holidays not looked at", extra={"error": type(error).__name__})
            await asyncio.sleep(LOOK_EVERY)


def loaded_holidays(database: Database, state: type[State]) -> Room:
    """The room of a service on `database`. `state`: what is published of an arrangement (`year`, `off`, `worked`)."""
    return Room(
        "holidays",
        reactions=lambda handlers: handlers.copy(state, COLLECTION),
        tasks=[LoadedHolidays(database).follow],
    )


def _arrangement(state: dict[str, Any]) -> Arrangement:
    return Arrangement(_days(state["off"]), _days(state["worked"]))


def _days(texts: list[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts))
