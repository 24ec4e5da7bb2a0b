"""The journal: every event of a service, public or not, append-only, under (aggregate, sequence).

The relay writes entries beside sending; an entry that exists already is left unchanged, so a repetition is harmless.
`who` names the people whom an entry concerns: when one of them is erased, their id and their words are blanked, nothing
else.
The compound `_id` is the index: the events of one aggregate stand together, in order.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.errors import PersonGone
from services.chassis.store.gone import Gone
from services.chassis.store.mongo import (
    ASCENDING,
    BulkWriteError,
    Collection,
    Database,
    DeleteOne,
    Document,
    IndexModel,
    UpdateOne,
    WriteOp,
)
from services.contracts import holding
from services.contracts.event import events
from services.contracts.holding import ERASED

INDEXES = [IndexModel([("who", ASCENDING)], name="who", sparse=True)]
_DUPLICATE = 11000
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it happened; `data` has the internal fields too. `withheld`: less of it, or nothing, was
    published."""

    aggregate: str
    sequence: int
    type: str
    time: datetime
    actor: str
    data: dict[str, Any]
    cause: str | None = None
    withheld: bool = False
    kind: str = ""


def document(aggregate: str, kind: str, community: str, outbox: Document) -> Document:
    """The journal's document for an entry of an outbox."""
    entry = {"_id": {"a": aggregate, "s": outbox["seq"]}, "kind": kind, "community": community}
    for name in ("type", "time", "actor", "data", "cause", "trace", "told", "who"):
        if name in outbox:
            entry[name] = outbox[name]
    return entry


class Journal:
    """The journal of one service."""

    def __init__(self, database: Database, gone: Gone | None = None) -> None:
        self.collection: Collection = database["journal"]
        self.gone = gone

    async def append(self, documents: Sequence[Document]) -> None:
        """Write entries. Entries that exist already are left unchanged.

        An entry that concerns an erased person was on its way during the erasure, so the person is erased again at
        once.
        """
        await self._write(documents)
        if self.gone is None:
            return
        concerned: dict[str, set[str]] = {}
        for entry in documents:
            concerned.setdefault(entry["community"], set()).update(entry.get("who", ()))
        for community, people in concerned.items():
            if people:
                with suppress(PersonGone):  # raised after the person was erased again
                    await self.gone.look_after(people, community)

    async def about(self, person: str, community: str | None = None) -> AsyncIterator[list[Entry]]:
        """Batches of the entries that concern `person`, in `community` or (None) in all. Each batch has to be forgotten
        before the next is read."""
        while found := await self.collection.find(_about(person, community)).limit(_BATCH).to_list(_BATCH):
            yield [_entry(each) for each in found]

    async def forget(self, person: str, entries: Sequence[Entry]) -> None:
        """Blank the id and the words of `person` in `entries`. What happened stays readable, in order.

        Entries of the person's own aggregate that tell of them alone are deleted.
        """
        await self.collection.bulk_write([_without(entry, person) for entry in entries], ordered=False)

    async def wipe(self, aggregates: Sequence[str]) -> None:
        """Blank the words and personal facts in all entries of `aggregates`."""
        for aggregate in aggregates:
            async for entry in self.collection.find(_after(aggregate, 0)):
                data = _wordless(entry)
                if data != entry["data"]:
                    await self.collection.update_one({"_id": entry["_id"]}, {"$set": {"data": data}})

    async def _write(self, documents: Sequence[Document]) -> None:
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
        """At most `limit` events of one aggregate after the sequence `after`, the oldest first."""
        found = await self.collection.find(_after(aggregate, after)).sort("_id", 1).limit(limit).to_list(limit)
        return [_entry(each) for each in found]


async def happened(database: Database, collection: str, aggregate: str, sequence: int) -> Document | None:
    """Type and data of an event of an aggregate of `collection`, as it happened, even where less was published.

    An event waits in the outbox until the journal has it, so the outbox is looked at first.
    """
    waiting = await database[collection].find_one({"_id": aggregate, "outbox.seq": sequence}, {"outbox.$": 1})
    if waiting is not None:
        found: Document = waiting["outbox"][0]
        return found
    return await database["journal"].find_one({"_id": {"a": aggregate, "s": sequence}})


def blanked(type: str, data: Document, person: str) -> Document:
    """The data of an event without the id and the words of `person`."""
    model = events().get(type)
    return {} if model is None else holding.forgotten(model, data, person)


def _wordless(entry: Document) -> Document:
    model = events().get(entry["type"])
    data: Document = entry["data"]
    return data if model is None else holding.wordless(model, data)


def _about(person: str, community: str | None) -> Document:
    return {"who": person} | ({} if community is None else {"community": community})


def _without(entry: Entry, person: str) -> WriteOp:
    own = {"_id": {"a": entry.aggregate, "s": entry.sequence}}
    model = events().get(entry.type)
    if entry.aggregate == person and model is not None and model.internal:
        return DeleteOne(own)
    actor = ERASED if entry.actor == person else entry.actor
    left = {"data": blanked(entry.type, entry.data, person), "actor": actor}
    return UpdateOne(own, {"$set": left, "$pull": {"who": person}})


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
        kind=found["kind"],
    )
