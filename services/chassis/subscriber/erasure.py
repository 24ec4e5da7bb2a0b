"""The steps of erasing a person, the same in every service that holds something of people.

A request is carried out in this order: the tombstone is set (`gone`), after which nothing is written about the person;
the rooms erase what they keep; the chassis erases what it keeps itself (journal, outboxes, answers to repeated
requests); the answer is written, one aggregate per request. Every step may be repeated, for each finds what is left to
erase. So an interrupted erasure is begun anew, and one that is run again also erases what was written late.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, new_id
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause, Kind
from services.chassis.store.gone import Gone, tombstone_of
from services.chassis.store.journal import Journal, blanked
from services.chassis.store.mongo import Database, Document
from services.chassis.subscriber.handlers import Received
from services.contracts.event import Event, events
from services.contracts.holding import ERASED, wordless
from services.contracts.marks import Thing
from services.contracts.topics import Topic

A = TypeVar("A", bound=Aggregate)

_NAME = "person-data"
_BATCH = 100
_CAUSE = Cause(SYSTEM, "erasure")
"""The cause of every change by an erasure. It does not name the request, which would tell whom a changed document was
about."""


@dataclass(frozen=True, slots=True)
class Leaver:
    """A person who is being erased, in one community or (None) in all.

    `stand_in` is an id that leads to nobody, new in each run; it replaces the person's id in fields that can't be
    empty.
    """

    person: str
    community: str | None
    stand_in: str
    cause: Cause = _CAUSE

    def within(self, theirs: Mapping[str, Any]) -> dict[str, Any]:
        """The query `theirs`, narrowed to the community that the erasure is about, if it is about one."""
        return dict(theirs) if self.community is None else {**theirs, "state.community": self.community}


Erase = Callable[[Leaver], Awaitable[None]]
"""Erases what a room keeps of a person. A second run finds what the first has left."""


class Erasure(Aggregate):
    """A request that was carried out in this service."""

    request: Thing[str]
    person: Thing[str]
    erased_at: datetime


def erasures_on(topic: Topic) -> Kind[Erasure]:
    """The kind of aggregate in which the service that owns `topic` keeps its answers to requests for erasure."""
    return Kind(name=_NAME, collection="erasures", model=Erasure, topic=topic, state=None)


def erasure_id(request: str) -> str:
    """The id of the answer to `request`."""
    return derived_id(_NAME, request)


class Traces:
    """What the chassis itself keeps of people, in aggregates of `kinds` and beside them: the journal, events that wait
    in outboxes, answers to repeated requests."""

    def __init__(self, gone: Gone, journal: Journal, database: Database, kinds: Sequence[Kind[Any]]) -> None:
        self.gone = gone
        self._journal = journal
        self._database = database
        self._collections = {kind.name: kind.collection for kind in kinds}

    async def erase(self, leaver: Leaver) -> None:
        """Leave nothing of `leaver`.

        The journal names every aggregate that had to do with the person; the receipts of those aggregates, which hold
        answers to repeated requests, are removed whole.
        """
        person = leaver.person
        async for entries in self._journal.about(person, leaver.community):
            for kind, id in sorted({(entry.kind, entry.aggregate) for entry in entries}):
                if kind in self._collections:
                    await self._database[self._collections[kind]].update_one({"_id": id}, {"$unset": {"receipts": ""}})
            await self._journal.forget(person, entries)  # last, because the other traces are found by the journal
        waiting: Document = {"outbox.0": {"$exists": True}, "outbox.who": person}
        for kind, collection in self._collections.items():
            async for found in self._database[collection].find(leaver.within(waiting), {"_id": 1}):
                await self._blank_outbox(kind, found["_id"], partial(_without, person))

    async def wipe(self, person: str, kind: Kind[Any], ids: Sequence[str]) -> None:
        """Remove the words of `person` from the events of the aggregates `ids`, which were about them, also from events
        that name nobody.

        The tombstone remembers `ids`, so that events which were on their way to the journal are wiped by `wipe_again`.
        """
        remembered = {"$addToSet": {f"wiped.{kind.name}": {"$each": list(ids)}}}
        await self.gone.collection.update_one({"_id": tombstone_of(person), "person": person}, remembered)
        await self._wipe(kind.name, ids)

    async def wipe_again(self, person: str) -> None:
        """Wipe the aggregates that `wipe` was called with for `person` once more."""
        tombstone = await self.gone.collection.find_one({"_id": tombstone_of(person)}, {"wiped": 1})
        for kind, ids in (tombstone or {}).get("wiped", {}).items():
            await self._wipe(kind, ids)

    async def _wipe(self, kind: str, ids: Sequence[str]) -> None:
        await self._journal.wipe(ids)
        for id in ids:
            await self._blank_outbox(kind, id, _wordless)

    async def _blank_outbox(self, kind: str, id: str, change: Callable[[Document], Document]) -> None:
        """Change the events that wait in the outbox of one aggregate, so that they are published without the person. Of
        the states that wait with them only the last is kept, for it replaces the others."""
        collection = self._database[self._collections[kind]]
        document = await collection.find_one({"_id": id}, {"outbox": 1})
        outbox = [] if document is None else document.get("outbox", [])
        for n, entry in enumerate(outbox, 1):
            left = dict(change(entry))
            if n < len(outbox):
                left.pop("state", None)
            if left != entry:
                same = {"_id": id, "outbox.seq": entry["seq"]}
                await collection.update_one(same, {"$set": {"outbox.$": left}, "$unset": {"receipts": ""}})


class Erasing:
    """Erases people in one service: what its rooms keep of them, in the order in which they were added, and the traces
    of it in the chassis."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces
        self._rooms: list[Erase] = []
        traces.gone.again = self._again

    def add(self, erase: Erase) -> None:
        """Call `erase` in every erasure from now on, after those that were added before."""
        self._rooms.append(erase)

    async def carry_out(self, person: str, community: str | None) -> None:
        """Erase `person` in `community`, or in all (None). From now on nothing is written about them there."""
        await self._traces.gone.bury(person, community)
        await self._erase(person, community)

    async def _erase(self, person: str, community: str | None) -> None:
        leaver = Leaver(person, community, new_id(ERASED))
        for erase in self._rooms:
            await erase(leaver)
        await self._traces.erase(leaver)

    async def _again(self, person: str, community: str | None) -> None:
        await self._erase(person, community)
        await self._traces.wipe_again(person)


async def erase_each(
    aggregates: Aggregates[A],
    theirs: Mapping[str, Any],
    decide: Callable[[A, datetime], Decision[A]],
    leaver: Leaver,
) -> None:
    """Change every aggregate that the query `theirs` finds, until it finds none. The changed aggregate must not be
    found by `theirs`, else this does not end."""
    query = leaver.within(theirs)
    while page := (await aggregates.select(query, limit=_BATCH)).items:
        for stored in page:
            await erase_in(aggregates, stored.aggregate.id, decide, leaver.cause)


async def erase_in(
    aggregates: Aggregates[A], id: str, decide: Callable[[A, datetime], Decision[A]], cause: Cause
) -> None:
    """Change the aggregate `id`. Its receipts are removed first, for they hold answers that name people."""
    await aggregates.collection.update_one({"_id": id}, {"$unset": {"receipts": ""}})
    await aggregates.change(id, decide, cause)


async def answer(
    erasures: Aggregates[Erasure], received: Received[Any], *, person: str, request: str, saying: Event
) -> None:
    """Publish that everything which this service held of `person` is gone, once for each request."""
    id, community = erasure_id(request), received.envelope.community

    def carried_out(now: datetime) -> Decision[Erasure]:
        return decided(Erasure(id=id, community=community, request=request, person=person, erased_at=now), saying)

    await erasures.create(id, carried_out, received.cause, taken=received.taken)


def _without(person: str, entry: Document) -> Document:
    if person not in entry.get("who", ()):
        return entry
    actor = ERASED if entry["actor"] == person else entry["actor"]
    who = [name for name in entry["who"] if name != person]
    left = entry | {"data": blanked(entry["type"], entry["data"], person), "actor": actor, "who": who}
    if told := entry.get("told"):
        left["told"] = told | {"data": blanked(told["type"], told["data"], person)}
    return left


def _wordless(entry: Document) -> Document:
    model = events().get(entry["type"])
    return entry if model is None else entry | {"data": wordless(model, entry["data"])}
