"""The calendars of communities: what was loaded, and the working time that follows, at hand in every process."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.calendar.days import Arrangement
from services.chassis.errors import AlreadyExists
from services.chassis.store.aggregates import Aggregates, Cause, Stored
from services.chassis.store.mongo import PyMongoError
from services.issues.catalogue.domain.calendars import CalendarYear, calendar_id
from services.issues.catalogue.domain.working_time import WorkingTime
from services.issues.shared.cache import LOOK_EVERY

log = logging.getLogger(__name__)

Decide = Callable[[CalendarYear | None, datetime], Decision[CalendarYear]]


class Calendars:
    """When people work in each community: as the deployment says, and by the arrangements that were loaded there.

    What is guaranteed: what any replica has loaded counts here `LOOK_EVERY` seconds later, and at once where it was
    loaded or where `look` was awaited since. They are few, and all of them are kept in memory.
    """

    def __init__(self, years: Aggregates[CalendarYear], time: WorkingTime) -> None:
        self.stored = years
        self._time = time
        self._known: Mapping[str, WorkingTime] = {}

    def of(self, community: str) -> WorkingTime:
        """The working time of `community`."""
        return self._known.get(community, self._time)

    async def load(self, community: str, year: int, decide: Decide, cause: Cause) -> Stored[CalendarYear]:
        """Put the arrangement of a year in force as `decide` says."""
        id = calendar_id(community, year)
        try:
            found = await self.stored.find(id)
            if found is None:
                stored = await self.stored.create(id, lambda now: decide(None, now), cause)
            else:
                stored = await self.stored.change(id, decide, cause)
        except AlreadyExists:
            stored = await self.stored.change(id, decide, cause)
        await self.look()
        return stored

    async def look(self) -> None:
        """Take over what is in force now."""
        loaded: dict[str, dict[int, Arrangement]] = {}
        async for found in self.stored.collection.find({}, {"state": 1}):
            year = CalendarYear.model_validate({**found["state"], "id": found["_id"]})
            loaded.setdefault(year.community, {})[year.year] = year.arrangement
        self._known = {community: replace(self._time, arrangements=years) for community, years in loaded.items()}

    async def follow(self) -> None:
        """Look again and again. While the store does not answer, what was known stands."""
        while True:
            try:
                await self.look()
            except PyMongoError as error:
                log.warning("calendars not looked at", extra={"error": type(error).__name__})
            await asyncio.sleep(LOOK_EVERY)
