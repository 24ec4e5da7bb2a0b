"""The record of who was told where an elder lives, when, and for which need or plan.

The record is kept apart from plans and needs, so that neither their changes nor their end takes it away. It never holds
what was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.aggregate import new_id
from services.chassis.clock import Clock
from services.chassis.principal import Principal
from services.chassis.store import cursor as cursors
from services.chassis.store.gone import Gone
from services.chassis.store.mongo import ASCENDING, DESCENDING, Database, Document, IndexModel, is_passing
from services.chassis.store.unavailable import StoreUnavailable
from services.volunteers.care.domain.plans import CarePlan

COLLECTION = "readings"

_NEWEST = [("at", DESCENDING), ("_id", DESCENDING)]

INDEXES: Sequence[IndexModel] = (
    IndexModel([("community", ASCENDING), *_NEWEST]),
    IndexModel([("community", ASCENDING), ("need", ASCENDING), *_NEWEST]),
    IndexModel([("community", ASCENDING), ("person", ASCENDING), *_NEWEST]),
    IndexModel([("person", ASCENDING)]),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody was told where an elder lives: for a visit (`need`), or with the whole plan."""

    id: str
    community: str
    person: str
    need: str | None
    care_plan: str
    at: datetime


class Readings:
    """The record of readings, in a collection of its own."""

    def __init__(self, database: Database, gone: Gone, clock: Clock) -> None:
        self._kept = database[COLLECTION]
        self._gone = gone
        self._clock = clock

    async def put_on_record(self, plan: CarePlan, by: Principal, *, need: str | None) -> None:
        """Put on record that `by` is told the home of the plan's elder, for the visit `need` or (None) with the plan.

        Raises:
            PersonGone: the reader was erased.
            StoreUnavailable: the reading can't be put on record; then nothing may be told.
        """
        at, reader = self._clock(), {by.sub}
        await self._gone.require(reader, plan.community)
        await self._keep(Reading(new_id("reading"), plan.community, by.sub, need, plan.id, at))
        await self._gone.look_after(reader, plan.community)

    async def _keep(self, reading: Reading) -> None:
        fields = ("community", "person", "need", "care_plan", "at")
        try:
            await self._kept.insert_one({"_id": reading.id, **{name: getattr(reading, name) for name in fields}})
        except Exception as error:
            if is_passing(error):
                raise StoreUnavailable() from error
            raise

    async def page(
        self, community: str, need: str | None, person: str | None, limit: int, cursor: str | None
    ) -> tuple[list[Reading], str | None]:
        """A page of a community's readings, the newest first, and the cursor of the next.

        Raises:
            InvalidCursor: the cursor is none that this service gave out.
        """
        given = {"community": community, "need": need, "person": person}
        query: Document = {name: value for name, value in given.items() if value is not None}
        if cursor is not None:
            at, last = cursors.decode(cursor)
            query["$or"] = [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": last}}]
        found = await self._kept.find(query).sort(_NEWEST).limit(limit + 1).to_list(limit + 1)
        readings = [Reading(id=each.pop("_id"), **each) for each in found]
        if len(readings) <= limit:
            return readings, None
        return readings[:limit], cursors.encode(readings[limit - 1].at, readings[limit - 1].id)

    async def forget(self, person: str, stand_in: str, community: str | None = None) -> None:
        """A reader is erased, in `community` or (None) in all. Their readings stay, under the name `stand_in`."""
        theirs = {"person": person} | ({} if community is None else {"community": community})
        await self._kept.update_many(theirs, {"$set": {"person": stand_in}})
