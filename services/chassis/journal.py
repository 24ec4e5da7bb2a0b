"""The journal: every event of a service, public or not, append-only, under (aggregate, sequence).

Written by the relay beside the sending; an entry written before is left as it is, so a repetition costs nothing.
The compound `_id` is the index: the events of one aggregate stand together, in order.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.mongo import BulkWriteError, Collection, Database, Document

_DUPLICATE = 11000


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it happened; `data` has the internal fields too. `withheld`: its topic was told less, or nothing."""

    aggregate: str
    sequence: int
    type: str
    time: datetime
    actor: str
    data: dict[str, Any]
    cause: str | None = None
    withheld: bool = False


def document(aggregate: str, kind: str, community: str, outbox: Document) -> Document:
    """The journal's document for an entry of an outbox."""
    entry = {"_id": {"a": aggregate, "s": outbox["seq"]}, "kind": kind, "community": community}
    for name in ("type", "time", "actor", "data", "cause", "trace", "told"):
        if name in outbox:
            entry[name] = outbox[name]
    return entry


class Journal:
    """The journal of one service."""

    def __init__(self, database: Database) -> None:
        self.collection: Collection = database["journal"]

    async def append(self, documents: Sequence[Document]) -> None:
        """Write entries; those that stand already are left."""
        try:
            await self.collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            details = error.details or {}
            refused = [failure for failure in details.get("writeErrors", []) if failure.get("code") != _DUPLICATE]
            if refused or details.get("writeConcernErrors"):
                raise

    async def history(self, aggregate: str) -> AsyncIterator[Entry]:
        """The events of one aggregate, oldest first."""
        async for found in self.collection.find(_after(aggregate, 0)).sort("_id", 1):
            yield _entry(found)

    async def page(self, aggregate: str, *, after: int = 0, limit: int) -> list[Entry]:
        """At most `limit` events of one aggregate behind sequence `after`, oldest first."""
        found = await self.collection.find(_after(aggregate, after)).sort("_id", 1).limit(limit).to_list(limit)
        return [_entry(each) for each in found]


async def happened(database: Database, collection: str, aggregate: str, sequence: int) -> Document | None:
    """Type and data of an event of an aggregate of `collection`, as it happened, whatever its topic was told.

    It waits in the outbox until the journal has it, so it is looked for there first.
    """
    waiting = await database[collection].find_one({"_id": aggregate, "outbox.seq": sequence}, {"outbox.$": 1})
    if waiting is not None:
        found: Document = waiting["outbox"][0]
        return found
    return await database["journal"].find_one({"_id": {"a": aggregate, "s": sequence}})


def _after(aggregate: str, sequence: int) -> Document:
    return {"_id": {"$gt": {"a": aggregate, "s": sequence}, "$lte": {"a": aggregate, "s": 2**62}}}


def _entry(found: Document) -> Entry:
    return Entry(
        aggregate=found["_id"]["a"],
        sequence=found["_id"]["s"],
        type=found["type"],
        time=found["time"],
        actor=found["actor"],
        data=found["data"],
        cause=found.get("cause"),
        withheld="told" in found,
    )
