"""Aggregates in MongoDB: one document each, changed by one write that carries its own events.

Document: `_id`, `v` version, `at` creation, `by` the last writer, `state`, `outbox` events not yet relayed,
`receipts` of idempotent requests, `taken` events of others whose effect stands here.

What it guarantees: a state without its events, or an event without its state, can't exist; two commands on one
aggregate are applied one after the other (optimistic version, retried); a request with a receipt, and an event with a
`taken` mark, have their effect once, whoever repeats them and wherever the process dies; nothing is written about
somebody who was erased (`gone`). Commands made side by side share their calls to MongoDB, and none fails by another.
What it does not: nothing spans two aggregates; what must follow elsewhere follows by event.
"""

import asyncio
import os
import random
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from services.chassis.aggregate import Aggregate, Decision
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, PersonGone, StaleVersion, TooMuchContention, UnknownAggregate
from services.chassis.principal import SYSTEM
from services.chassis.store import cursor as cursors
from services.chassis.store import documents, outbox
from services.chassis.store.batcher import Inserts, Reads, Updates
from services.chassis.store.gone import Gone
from services.chassis.store.keyed_lock import KeyedLock
from services.chassis.store.mongo import ASCENDING as UP
from services.chassis.store.mongo import DESCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel
from services.chassis.store.named import Named
from services.chassis.store.receipt import Receipt, replay
from services.chassis.store.secret import Secret, kept_in
from services.chassis.store.throttle import Throttle
from services.chassis.store.unavailable import StoreUnavailable, store_errors
from services.chassis.words import name_kind
from services.contracts.event import State
from services.contracts.topics import Topic

A = TypeVar("A", bound=Aggregate)

_ATTEMPTS = 40
_AT_ONCE: AbstractAsyncContextManager[None] = nullcontext()

WRITER = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"
"""This process, as documents and leases name it."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[A]):
    """One type of aggregate. `name` is its word in ids and subjects, `zh` and `en` what people call it; `state` what
    its topic shows, if any."""

    name: str
    collection: str
    model: type[A]
    topic: Topic
    state: type[State] | None
    zh: str | None = None
    en: str | None = None

    def __post_init__(self) -> None:
        if self.zh is not None and self.en is not None:
            name_kind(self.name, self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Stored(Generic[A]):
    """An aggregate as it stands in the store."""

    aggregate: A
    version: int


@dataclass(frozen=True, slots=True)
class Page(Generic[A]):
    """One page of a list; `next` is the cursor of the following one."""

    items: list[Stored[A]]
    next: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a command is carried out: who asked, which event or request it follows, in which trace."""

    actor: str
    causationid: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The mark of an event's effect on an aggregate: which handler took which event of which source."""

    by: str
    source: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.by}:{self.source}#{self.sequence}"


Outcome = Callable[[str, str], None]
Committed = Callable[[Document | None], None]
"""Told of each commit: the document as the relay reads it, or None where older events may wait in it too."""


class Aggregates(Generic[A]):
    """The aggregates of one kind."""

    def __init__(
        self,
        kind: Kind[A],
        database: Database,
        clock: Clock,
        committed: Committed = lambda document: None,
        outcome: Outcome = lambda kind, outcome: None,
        throttle: Throttle | None = None,
        secret: Secret | None = None,
        gone: Gone | None = None,
    ) -> None:
        self.kind = kind
        self.secret = secret or kept_in(database)
        self.collection: Collection = database[kind.collection]
        self._clock = clock
        self._hand_over = committed
        self._outcome = outcome
        self._throttle = throttle or Throttle()
        self._named = Named(gone, kind.model)
        self._locks = KeyedLock()
        self._insert = Inserts(self.collection)
        self._write = Updates(self.collection)
        self._look = Reads(self.collection, {"state": 1, "v": 1})
        self._read = Reads(self.collection, {"state": 1, "v": 1, "receipts.k": 1, "taken": 1, "outbox.seq": 1})

    async def get(self, id: str) -> Stored[A]:
        """The aggregate `id`.

        Raises:
            UnknownAggregate: there is none.
        """
        found = await self.find(id)
        if found is None:
            raise UnknownAggregate(kind=self.kind.name, id=id)
        return found

    async def find(self, id: str) -> Stored[A] | None:
        """The aggregate `id`, or None."""
        with store_errors():
            document = await self._look(id)
        return None if document is None else self._stored(document)

    async def find_each(self, ids: Iterable[str]) -> dict[str, A]:
        """Those of `ids` that there are, by one call to the store."""
        with store_errors():
            found = self.collection.find({"_id": {"$in": list(ids)}}, {"state": 1, "v": 1})
            return {document["_id"]: self._stored(document).aggregate async for document in found}

    async def create(
        self,
        id: str,
        decide: Callable[[datetime], Decision[A]],
        cause: Cause,
        *,
        receipt: Receipt | None = None,
        taken: Taken | None = None,
    ) -> Stored[A]:
        """Create the aggregate `id` as `decide` says.

        Returns: what stands in the store; where the same event (`taken`) created it before, what it has become.

        Raises:
            AlreadyExists: another command created it.
            Replayed: the same request did; it carries the first answer.
            Overloaded: too many commands of people wait; nothing was done.
            StoreUnavailable: somebody did, and no majority has it yet: it may be taken back.
            PersonGone: whom it names, or who asks, was erased.
        """
        now = self._clock()
        decision = decide(now)
        named = self._named.newly(None, decision.aggregate)
        await self._named.require(named, cause.actor, decision.aggregate.community)
        stored = Stored(decision.aggregate, len(decision.events))
        document = self._document(id, decision, now, cause, taken)
        if receipt is not None:
            document["receipts"] = [receipt.entry(stored, now)]
        for attempt in range(_ATTEMPTS):
            try:
                async with self._permitted(cause):
                    with store_errors():
                        await self._insert(document)
            except DuplicateKeyError as error:
                before = await self._created_before(id, receipt, taken, (error.details or {}).get("keyValue"))
                if before is not None:
                    return before
                await _pause(attempt)
            else:
                self._committed(document)
                await self._named.look_after(named, stored.aggregate.community)
                return stored
        raise StoreUnavailable()

    async def create_each(
        self, wanted: Mapping[str, Callable[[datetime], Decision[A]]], cause: Cause, *, taken: Taken | None = None
    ) -> dict[str, Stored[A]]:
        """Create what is `wanted` under its ids, by one call to the store: for what events and clocks make by the many.

        Each is a write of its own, and none fails by another. All belong to one community.

        Returns: what was created; not what stood there before, nor what would be about somebody who was erased.

        Raises:
            StoreUnavailable: the store is away; some may have been created.
        """
        now = self._clock()
        decisions = {id: decide(now) for id, decide in wanted.items()}
        named = {id: self._named.newly(None, each.aggregate) for id, each in decisions.items()}
        everybody: set[str] = set().union(*named.values())
        community = next((each.aggregate.community for each in decisions.values()), None)
        gone = await self._named.gone(everybody, community)
        made = {
            id: (Stored(each.aggregate, len(each.events)), self._document(id, each, now, cause, taken))
            for id, each in decisions.items()
            if not named[id] & gone
        }
        with store_errors():
            outcomes = await self._insert.many([document for _, document in made.values()])
        created: dict[str, Stored[A]] = {}
        for (id, (stored, document)), outcome in zip(made.items(), outcomes, strict=True):
            if outcome is None:
                self._committed(document)
                created[id] = stored
            elif not isinstance(outcome, DuplicateKeyError):
                raise outcome
        with suppress(PersonGone):  # what is written of them is erased by then
            await self._named.look_after(everybody - gone, community or "")
        return created

    async def change(
        self,
        id: str,
        decide: Callable[[A, datetime], Decision[A]],
        cause: Cause,
        *,
        expected: int | None = None,
        receipt: Receipt | None = None,
        taken: Taken | None = None,
    ) -> Stored[A]:
        """Change the aggregate `id` as `decide` says; `decide` may be called again when a race is lost.

        Raises:
            UnknownAggregate: there is none.
            StaleVersion: `expected` is not the current version.
            Replayed: the same request was carried out before; it carries the first answer.
            TooMuchContention: the race was lost many times over.
            Overloaded: too many commands of people wait; nothing was done.
            PersonGone: whom it newly names, or who asks, was erased.
        """
        async with self._permitted(cause), self._locks.of(id):
            for attempt in range(_ATTEMPTS):
                stored = await self._try_change(id, decide, cause, expected, receipt, taken)
                if stored is not None:
                    return stored
                await _pause(attempt)
        self._outcome(self.kind.name, "contention")
        raise TooMuchContention()

    async def select(
        self,
        query: Mapping[str, Any],
        *,
        sort: str = "at",
        descending: bool = True,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[A]:
        """One page of the aggregates that match `query`, by (`sort`, `_id`); `cursor` is where the last page ended.

        Raises:
            cursors.InvalidCursor: the cursor is not one of ours.
        """
        matching: dict[str, Any] = dict(query)
        if cursor is not None:
            matching = {"$and": [matching, {"$or": cursors.beyond(sort, descending, *cursors.decode(cursor))}]}
        direction = DESCENDING if descending else UP
        with store_errors():
            matched = self.collection.find(matching, {"state": 1, "v": 1, "at": 1})
            found = await matched.sort([(sort, direction), ("_id", direction)]).limit(limit + 1).to_list(limit + 1)
        following = None
        if len(found) > limit:
            last_one = found[limit - 1]
            following = cursors.encode(cursors.at_path(last_one, sort), last_one["_id"])
        return Page([self._stored(document) for document in found[:limit]], following)

    def indexes(self) -> list[IndexModel]:
        """What the relay needs of every kind."""
        return [
            IndexModel(
                [("outbox.0.time", UP)], name=outbox.INDEX, partialFilterExpression={"outbox.0": {"$exists": True}}
            )
        ]

    def _permitted(self, cause: Cause) -> AbstractAsyncContextManager[None]:
        """People wait for their turn; what follows from events and clocks does not, for it is what they wait for."""
        return _AT_ONCE if cause.actor == SYSTEM else self._throttle.turn()

    async def _try_change(
        self,
        id: str,
        decide: Callable[[A, datetime], Decision[A]],
        cause: Cause,
        expected: int | None,
        receipt: Receipt | None,
        taken: Taken | None,
    ) -> Stored[A] | None:
        with store_errors():
            document = await self._read(id)
        if document is None:
            raise UnknownAggregate(kind=self.kind.name, id=id)
        before = self._stored(document)
        if receipt is not None and any(entry["k"] == receipt.key for entry in document.get("receipts", ())):
            await self._replay(id, receipt)
        if taken is not None and str(taken) in document.get("taken", ()):
            return before
        if expected is not None and expected != before.version:
            raise StaleVersion(version=before.version)
        now = self._clock()
        decision = decide(before.aggregate, now)
        if not decision.events and receipt is None:
            return before
        named = self._named.newly(before.aggregate, decision.aggregate)
        await self._named.require(named, cause.actor, decision.aggregate.community)
        stored = Stored(decision.aggregate, before.version + len(decision.events))
        events = self._outbox(decision, before.version, now, cause)
        entry = None if receipt is None else receipt.entry(stored, now)
        update = documents.change(decision.aggregate, stored.version, WRITER, events, entry, taken)
        with store_errors():
            if not await self._write({"_id": id, "v": before.version}, update):
                return None
        relayed = documents.as_relayed(id, stored.aggregate, stored.version, update)
        self._committed(None if document.get("outbox") else relayed)
        await self._named.look_after(named, stored.aggregate.community)
        return stored

    def _document(self, id: str, decision: Decision[A], now: datetime, cause: Cause, taken: Taken | None) -> Document:
        events = self._outbox(decision, 0, now, cause)
        return documents.first(id, decision.aggregate, WRITER, events, now, taken)

    async def _created_before(
        self, id: str, receipt: Receipt | None, taken: Taken | None, key: Any
    ) -> Stored[A] | None:
        """What stands under the unique `key`, if not the id; None while no majority has it: it may be taken back."""
        with store_errors():
            if (document := await self.collection.find_one(key or {"_id": id})) is None:
                return None
        if document["_id"] == id:
            if receipt is not None:
                replay(document, receipt)
            if taken is not None and str(taken) in document.get("taken", ()):
                return self._stored(document)
        raise AlreadyExists(kind=self.kind.name, id=id)

    async def _replay(self, id: str, receipt: Receipt) -> None:
        """The answers that were kept are read only where one of them is to be given again."""
        with store_errors():
            document = await self.collection.find_one({"_id": id}, {"receipts": 1})
        replay(document or {}, receipt)

    def _outbox(self, decision: Decision[A], version: int, now: datetime, cause: Cause) -> list[Document]:
        return outbox.entries(
            decision,
            version,
            now,
            state=self.kind.state,
            actor=decision.actor or cause.actor,
            causationid=cause.causationid,
            traceparent=cause.traceparent,
        )

    def _stored(self, document: Document) -> Stored[A]:
        return Stored(self.kind.model.model_validate({**document["state"], "id": document["_id"]}), document["v"])

    def _committed(self, document: Document | None) -> None:
        self._outcome(self.kind.name, "committed")
        self._hand_over(document)


async def _pause(attempt: int) -> None:
    await asyncio.sleep(random.uniform(0, min(0.002 * 2**attempt, 0.05)))  # noqa: S311  jitter


def newest_first(*fields: str) -> Sequence[tuple[str, int]]:
    """Keys of an index that serves `select` sorted by creation, for queries that fix `fields`."""
    return [*((field, UP) for field in fields), ("at", DESCENDING), ("_id", DESCENDING)]
