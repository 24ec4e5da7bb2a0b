"""The record of readings: who was told where an elder lives, when, and for which need or plan.

The record is stored apart from plans and needs, so that it stays when a plan or a need changes or is erased. It never
holds the home itself.
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
    """A reading: `person` was told where an elder lives, for the visit `need`, or, if `need` is None, with the whole
    plan.

    `request`: the request for help that the need came from; the home is then that of the person who is helped by it.
    """

    id: str
    community: str
    person: str
    need: str | None
    care_plan: str | None
    at: datetime
    request: str | None = None


class Readings:
    """The record of readings, in a collection of its own."""

    def __init__(self, database: Database, gone: Gone, clock: Clock) -> None:
        self._kept = database[COLLECTION]
        self._gone = gone
        self._clock = clock

    async def put_on_record(
        self,
        community: str,
        by: Principal,
        *,
        need: str | None,
        care_plan: str | None = None,
        request: str | None = None,
    ) -> None:
        """Put on record that `by` is told a home: that of the elder of `care_plan`, or that of `request`.

        `need`: the need for which the home is told; None if the whole plan is read.

        Raises:
            PersonGone: the reader was erased.
            StoreUnavailable: the reading can't be put on record, so the home must not be told.
        """
        at, reader = self._clock(), {by.sub}
        await self._gone.require(reader, community)
        await self._keep(Reading(new_id("reading"), community, by.sub, need, care_plan, at, request))
        await self._gone.look_after(reader, community)

    async def _keep(self, reading: Reading) -> None:
        fields = ("community", "person", "need", "care_plan", "at", "request")
        try:
            await self._kept.insert_one({"_id": reading.id, **{name: getattr(reading, name) for name in fields}})
        except Exception as error:
            if is_passing(error):
                raise StoreUnavailable() from error
            raise

    async def page(
        self, community: str, need: str | None, person: str | None, limit: int, cursor: str | None
    ) -> tuple[list[Reading], str | None]:
        """A page of at most `limit` readings of a community, the newest first, and the cursor of the next page, if any.

        `need` and `person`, unless None, leave only the readings for that need and by that person.

        Raises:
            InvalidCursor: this service did not give out `cursor`.
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
        """Forget a reader who was erased, in `community`, or, if that is None, in all communities. Their readings stay
        under the id `stand_in`.
        """
        theirs = {"person": person} | ({} if community is None else {"community": community})
        await self._kept.update_many(theirs, {"$set": {"person": stand_in}})
