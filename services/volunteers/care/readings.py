"""The record of who was told where an elder lives: who, when, and for which need or plan.

It is kept apart from plans and needs, so that neither their changes nor their end takes it away. It never holds what
was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.store import cursor as cursors
from services.chassis.store.mongo import ASCENDING, DESCENDING, Collection, Document, IndexModel, is_passing
from services.chassis.store.unavailable import StoreUnavailable

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
    """The record of who read what and when."""

    def __init__(self, collection: Collection) -> None:
        self._kept = collection

    async def keep(self, reading: Reading) -> None:
        """Put a reading on record.

        Raises:
            StoreUnavailable: it can't be; then nothing may be told.
        """
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
            InvalidCursor: the cursor is not one of ours.
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
        """A reader is erased, in `community` or (None) in all: what is left says that somebody read."""
        theirs = {"person": person} | ({} if community is None else {"community": community})
        await self._kept.update_many(theirs, {"$set": {"person": stand_in}})
