"""Aggregates in MongoDB: one document each, changed by one write that carries its own events.

Document: `_id`, `v` version, `at` creation, `by` the last writer, `state`, `outbox` events not yet relayed,
`receipts` of idempotent requests, `taken` events of others whose effect stands here.

What is guaranteed: a state without its events, or an event without its state, can't exist. Two commands on one
aggregate are applied one after the other (optimistic version, retried; those of a crowd by one write, `changes`). A
request with a receipt, and an event with a `taken` mark, have their effect once, however often they are repeated and
wherever the process dies. Nothing is written about somebody who was erased (`gone`). Commands at the same time share
their calls to MongoDB, and none fails because of another.
What is not guaranteed: no write spans two aggregates. Effects on another aggregate follow by event.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from datetime import datetime
from functools import partial
from typing import Any, Generic

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, PersonGone, UnknownAggregate
from services.chassis.principal import SYSTEM
from services.chassis.store import cursor as cursors
from services.chassis.store import documents, outbox
from services.chassis.store.batcher import Inserts, Reads
from services.chassis.store.changes import ATTEMPTS, Changes, pause
from services.chassis.store.command_group import Change, entries
from services.chassis.store.gone import Gone
from services.chassis.store.mongo import ASCENDING as UP
from services.chassis.store.mongo import (
    DESCENDING,
    Collection,
    Database,
    Document,
    DuplicateKeyError,
    IndexModel,
    encoded,
)
from services.chassis.store.mould import Mould, mould_for
from services.chassis.store.named import Named
from services.chassis.store.receipt import Receipt, replay
from services.chassis.store.secret import Secret, kept_in
from services.chassis.store.stored import A, Cause, Committed, Count, Kind, Page, Stored, Taken, stored_in, writer
from services.chassis.store.throttle import Throttle
from services.chassis.store.unavailable import StoreUnavailable, store_errors

__all__ = ["Aggregates", "Cause", "Committed", "Kind", "Page", "Stored", "Taken", "newest_first", "writer"]

_AT_ONCE: AbstractAsyncContextManager[None] = nullcontext()
_FEW = 8


class Aggregates(Generic[A]):
    """The aggregates of one kind."""

    def __init__(
        self,
        kind: Kind[A],
        database: Database,
        clock: Clock,
        committed: Committed = lambda document: None,
        count: Count = lambda kind, outcome: None,
        throttle: Throttle | None = None,
        secret: Secret | None = None,
        gone: Gone | None = None,
    ) -> None:
        self.kind = kind
        self.secret = secret or kept_in(database)
        self.collection: Collection = database[kind.collection]
        self._clock = clock
        self._hand_over = committed
        self._count = count
        self._throttle = throttle or Throttle()
        self._named = Named(gone, kind.model)
        self._insert = Inserts(self.collection)
        self._look = Reads(self.collection, {"state": 1, "v": 1}, self._stored)
        self._change = Changes(kind, self.collection, clock, self._named, committed, count)

    async def get(self, id: str) -> Stored[A]:
        """The aggregate `id`.

        Raises:
            UnknownAggregate: there is no such aggregate.
        """
        found = await self.find(id)
        if found is None:
            raise UnknownAggregate(kind=self.kind.name, id=id)
        return found

    async def find(self, id: str) -> Stored[A] | None:
        """The aggregate `id`, or None."""
        with store_errors():
            return await self._look(id)

    async def find_each(self, ids: Iterable[str]) -> dict[str, A]:
        """The aggregates of `ids` that exist, by id, read by one call to the store: a few along with what others read
        just now."""
        wanted = list(dict.fromkeys(ids))
        if len(wanted) <= _FEW:
            read = await asyncio.gather(*(self.find(id) for id in wanted))
            return {id: each.aggregate for id, each in zip(wanted, read, strict=True) if each is not None}
        with store_errors():
            found = self.collection.find({"_id": {"$in": wanted}}, {"state": 1, "v": 1})
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

        Returns: the aggregate in the store; where the same event (`taken`) created it before, its present state.

        Raises:
            AlreadyExists: another command created it.
            Replayed: the same request created it before; the error carries the first answer.
            Overloaded: too many commands of people wait; nothing was done.
            StoreUnavailable: another command created it, but no majority has it yet, so that it may be rolled back.
            PersonGone: a person whom it names, or the caller, was erased.
        """
        now = self._clock()
        decision = decide(now)
        named = self._named.newly(None, decision.aggregate)
        await self._named.require(named, cause.actor, decision.aggregate.community)
        stored = Stored(decision.aggregate, len(decision.events))
        document = self._document(id, decision, now, cause, taken)
        if receipt is not None:
            document["receipts"] = [receipt.entry(stored, now)]
        for attempt in range(ATTEMPTS):
            try:
                async with self._permitted(cause):
                    with store_errors():
                        await self._insert(document)
            except DuplicateKeyError as error:
                before = await self._created_before(id, receipt, taken, (error.details or {}).get("keyValue"))
                if before is not None:
                    return before
                await pause(attempt)
            else:
                self._committed(document)
                await self._named.look_after(named, stored.aggregate.community)
                return stored
        raise StoreUnavailable()

    async def create_each(
        self,
        wanted: Mapping[str, Callable[[datetime], Decision[A]]],
        cause: Cause,
        *,
        taken: Taken | None = None,
        announce: Callable[[Iterable[Stored[A]]], None] | None = None,
        durable: Callable[[Iterable[Stored[A]]], None] | None = None,
    ) -> dict[str, Stored[A]]:
        """Create the aggregates `wanted`, decisions by id, by one call to the store, a few along with what others
        create just now. This is for events and sweeps that make many at once.

        Each is a write of its own, and none fails because of another. All belong to one community. `announce` is told
        what is about to be written; whether it was, a change stream may say before this returns. `durable` is told what
        was written before the relay is, so that who waits for it is served first.

        Returns: the aggregates that were created, by id. Those that existed before, or would name somebody who was
        erased, are left out.

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
        if announce is not None:
            announce([stored for stored, _ in made.values()])
        with store_errors():
            outcomes = await self._insert.many([encoded(document) for _, document in made.values()])
            created = {id: stored for (id, (stored, _)), out in zip(made.items(), outcomes, strict=True) if out is None}
            if durable is not None:
                durable(created.values())
            for id in created:
                self._committed(made[id][1])
            for outcome in outcomes:
                if outcome is not None and not isinstance(outcome, DuplicateKeyError):
                    raise outcome
        with suppress(PersonGone):  # raised after it has erased what was written of them
            await self._named.look_after(everybody - gone, community or "")
        return created

    async def create_alike(
        self,
        people: Mapping[str, str],
        decide: Callable[[str, str, datetime], Decision[A]],
        cause: Cause,
        *,
        taken: Taken | None = None,
    ) -> None:
        """Create an aggregate for each of `people` (person by id of the aggregate), as `create_each` does. `decide` is
        given id, person and time. It must make aggregates that differ in id and person alone, and the cause must be an
        event or a sweep, so that deciding and encoding are done once (`mould`).

        Raises:
            StoreUnavailable: the store is away; some may have been created.
        """
        now = self._clock()
        alike: defaultdict[tuple[int, int], dict[str, str]] = defaultdict(dict)
        for id, person in people.items():
            alike[len(id), len(person)][id] = person

        def make(id: str, person: str) -> Document:
            return self._document(id, decide(id, person, now), now, cause, taken)

        for some in alike.values():
            id, person = next(iter(some.items()))
            first = decide(id, person, now).aggregate
            alone = cause.actor == SYSTEM and self._named.newly(None, first) <= {person}
            mould = mould_for(make, id, person) if alone else None
            if mould is None:
                await self.create_each(
                    {id: partial(decide, id, person) for id, person in some.items()}, cause, taken=taken
                )
            else:
                await self._create_cast(mould, some, first.community)

    async def _create_cast(self, mould: Mould, people: Mapping[str, str], community: str) -> None:
        everybody = set(people.values())
        gone = await self._named.gone(everybody, community)
        documents = [mould.cast(id, person) for id, person in people.items() if person not in gone]
        with store_errors():
            outcomes = await self._insert.many(documents)
        if outcomes:
            for outcome in outcomes:
                if outcome is None:
                    self._count(self.kind.name, "committed")
                elif not isinstance(outcome, DuplicateKeyError):
                    raise outcome
            self._hand_over(None)
        with suppress(PersonGone):  # raised after it has erased what was written of them
            await self._named.look_after(everybody - gone, community)

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
        """Change the aggregate `id` as `decide` says. `decide` may be called again when a race is lost.

        Changes that wait for the same aggregate are carried out together, in the order in which they came.

        Raises:
            UnknownAggregate: there is no such aggregate.
            StaleVersion: `expected` is not the current version.
            Replayed: the same request was carried out before; the error carries the first answer.
            TooMuchContention: the race was lost many times over.
            Overloaded: too many commands of people wait; nothing was done.
            PersonGone: a person whom it newly names, or the caller, was erased.
        """
        change = Change(decide, cause, expected, receipt, taken)
        async with self._permitted(cause):
            return await self._change(id, change)

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
        """The indexes that the relay needs of every kind."""
        return [
            IndexModel(
                [("outbox.0.time", UP)], name=outbox.INDEX, partialFilterExpression={"outbox.0": {"$exists": True}}
            )
        ]

    def _permitted(self, cause: Cause) -> AbstractAsyncContextManager[None]:
        """The turn of a command. Commands of people wait for their turn; those of events and sweeps don't, since people
        wait for their effects."""
        return _AT_ONCE if cause.actor == SYSTEM else self._throttle.turn()

    def _document(self, id: str, decision: Decision[A], now: datetime, cause: Cause, taken: Taken | None) -> Document:
        events = entries(decision, 0, now, cause)
        if events:
            outbox.show(events[-1], decision.aggregate, self.kind.state)
        return documents.first(id, decision.aggregate, writer(), events, now, taken)

    async def _created_before(
        self, id: str, receipt: Receipt | None, taken: Taken | None, key: Any
    ) -> Stored[A] | None:
        """The aggregate under the id, or under the unique `key`, if the same event created it; raises Replayed or
        AlreadyExists for other creators. None while no majority has it, for it may be rolled back."""
        with store_errors():
            if (document := await self.collection.find_one(key or {"_id": id})) is None:
                return None
        if document["_id"] == id:
            if receipt is not None:
                replay(document, receipt)
            if taken is not None and str(taken) in document.get("taken", ()):
                return self._stored(document)
        raise AlreadyExists(kind=self.kind.name, id=id)

    def _stored(self, document: Document) -> Stored[A]:
        return stored_in(self.kind.model, document)

    def _committed(self, document: Document | None) -> None:
        self._count(self.kind.name, "committed")
        self._hand_over(document)


def newest_first(*fields: str) -> Sequence[tuple[str, int]]:
    """Keys of an index that serves `select` sorted by creation, for queries that fix `fields`."""
    return [*((field, UP) for field in fields), ("at", DESCENDING), ("_id", DESCENDING)]
