"""The relay: takes events out of the outboxes, writes them to the journal and publishes them to Kafka.

One leader per service, by a lease; every replica can take over. The truth is the query «documents whose outbox is not
empty»; the process's own commits and the change stream only wake it, so a lost resume token costs nothing.

What it guarantees: every event of every acknowledged command reaches the journal and its topic, whatever is killed;
within an aggregate the first arrival of each event is in the order of versions (all its events of one round travel in
one parcel, and the next round begins when this one is acknowledged). An event leaves the outbox only when both
the journal and Kafka have it.
What it does not: an event may arrive more than once, from a crash before clearing or from a leader that was frozen
and came back. Consumers drop a sequence that they have taken. Such a late leader's repetition of an older `.state` is
put right by publishing the state again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from aiokafka.errors import KafkaError

from services.chassis.clock import utc_now
from services.chassis.journal import Journal, document
from services.chassis.lease import Lease
from services.chassis.mongo import Collection, Document, PyMongoError, UpdateOne
from services.chassis.outbound import Outbound, Parcel, Place
from services.chassis.restates import Restates
from services.chassis.store import OUTBOX_INDEX, Kind
from services.contracts.envelope import SOURCE, Envelope, to_headers
from services.contracts.event import events

log = logging.getLogger(__name__)

BATCH = 500
_ROUNDS_UNDER_WAY = 2
_PENDING = {"outbox.0": {"$exists": True}}
_BACK_OFF = (0.1, 0.3, 1.0, 2.0, 5.0)


@dataclass(slots=True)
class Relayed:
    """What the relay has done so far in this process, by kind."""

    published: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    trouble: str | None = None


@dataclass(slots=True)
class _Round:
    """One batch on its way: the parcels, the journal's documents, and how far each aggregate got."""

    parcels: dict[Place, Parcel] = field(default_factory=dict)
    journal: list[Document] = field(default_factory=list)
    reached: dict[str, tuple[int, set[Place]]] = field(default_factory=dict)


class Lane:
    """The relay of one kind of aggregate. Kinds have no order among them, so each has a lane of its own."""

    def __init__(
        self,
        kind: Kind[Any],
        collection: Collection,
        journal: Journal,
        outbound: Outbound,
        lease: Lease,
        restates: Restates,
        *,
        prefix: str = "",
        relayed: Relayed | None = None,
        poll: float = 1.0,
    ) -> None:
        self.kind = kind
        self.wake = asyncio.Event()
        self.relayed = relayed or Relayed()
        self._collection = collection
        self._journal = journal
        self._outbound = outbound
        self._lease = lease
        self._restates = restates
        self._state_type = kind.state.type if kind.state is not None else ""
        self._facts = prefix + kind.topic.name
        self._states = prefix + kind.topic.state
        self._source = SOURCE.format(service=kind.topic.service)
        self._poll = poll

    @property
    def collection_name(self) -> str:
        return self.kind.collection

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many aggregates wait, and when the oldest waiting event happened."""
        count = await self._collection.count_documents(_PENDING, hint=OUTBOX_INDEX)
        oldest = await self._collection.find_one(
            _PENDING, {"outbox": {"$slice": 1}}, sort=[("outbox.0.time", 1)], hint=OUTBOX_INDEX
        )
        return count, None if oldest is None else oldest["outbox"][0]["time"]

    async def run(self) -> None:
        """Relay for ever while the lease is held; waits while it is not."""
        failures = 0
        while True:
            self.wake.clear()
            try:
                if self._lease.held and self._outbound.connected.is_set():
                    complete = await self.drain()
                    await self.restate()
                    failures = 0 if complete else failures + 1
            except (PyMongoError, KafkaError, TimeoutError) as error:
                failures += 1
                self.relayed.trouble = type(error).__name__
                log.warning("relay interrupted", extra={"kind": self.kind.name, "error": type(error).__name__})
            if failures:
                await asyncio.sleep(_BACK_OFF[min(failures, len(_BACK_OFF)) - 1])
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), self._poll)

    async def drain(self) -> bool:
        """Relay what is pending now; False when something could not be sent and stays pending."""
        complete = True
        under_way: set[asyncio.Task[bool]] = set()
        try:
            async for batch in self._pending():
                if not self._lease.held:
                    return complete
                if len(under_way) >= _ROUNDS_UNDER_WAY:
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    complete &= all([task.result() for task in done])
                    if not complete:
                        break
                under_way.add(asyncio.create_task(self._ship(batch)))
            results = await asyncio.gather(*under_way)
            return complete and all(results)
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _pending(self) -> AsyncIterator[list[Document]]:
        """Batches of documents with events, oldest event first, read while the one before is on its way.

        A document's place in the index moves only when its outbox is cleared, so no aggregate is in two batches at once.
        """
        cursor = self._collection.find(
            _PENDING, {"outbox": 1, "v": 1, "state.community": 1}, batch_size=BATCH, hint=OUTBOX_INDEX
        ).sort("outbox.0.time", 1)
        try:
            while batch := await cursor.to_list(BATCH):
                yield batch
                if len(batch) < BATCH:
                    return
        finally:
            await cursor.close()

    async def _ship(self, batch: Sequence[Document]) -> bool:
        work = _Round()
        for found in batch:
            await self._load(work, found)
        if not self._lease.held:
            return True
        sent, journaled = await asyncio.gather(
            self._outbound.send(work.parcels.values()), self._journal.append(work.journal), return_exceptions=True
        )
        if isinstance(sent, BaseException):
            raise sent
        if isinstance(journaled, BaseException):
            raise journaled
        await self._clear(work, sent)
        if not self._lease.held:
            await self._restates.ask(self.kind.name, work.reached)
        if any(id not in work.reached or work.reached[id][0] < found["outbox"][-1]["seq"] for id, found in _by_id(batch)):
            self.wake.set()
        self._count(work, sent)
        return not sent

    async def _clear(self, work: _Round, failed: set[Place]) -> None:
        """Take out of the outboxes exactly what has arrived; an aggregate stops at its first failure."""
        cleared = [
            UpdateOne({"_id": id}, {"$pull": {"outbox": {"seq": {"$lte": sequence}}}})
            for id, (sequence, places) in work.reached.items()
            if places.isdisjoint(failed)
        ]
        if cleared:
            await self._collection.bulk_write(cleared, ordered=False)

    async def _load(self, work: _Round, found: Document) -> None:
        """Put the events of one aggregate into the round, as many as fit."""
        id, community, outbox = found["_id"], found["state"]["community"], found["outbox"]
        key = id.encode()
        facts = await self._parcel(work, self._facts, key)
        places = {facts.place}
        reached = 0
        for entry in outbox:
            model = events()[entry["type"]]
            if not model.internal:
                public = {name: value for name, value in entry["data"].items() if name in model.public_fields}
                if not facts.add(key, orjson.dumps(public), to_headers(self._envelope(id, community, entry))):
                    break
            work.journal.append(document(id, self.kind.name, community, entry))
            reached = entry["seq"]
        last = outbox[-1]
        if reached == last["seq"] and "state" in last:
            states = await self._parcel(work, self._states, key)
            places.add(states.place)
            if not states.add(key, last["state"], to_headers(self._state_envelope(id, community, last))):
                reached -= 1  # the last event stays, so that its state travels with the next round
        if reached >= outbox[0]["seq"]:
            work.reached[id] = (reached, places)

    async def restate(self) -> None:
        """Publish again the states that somebody asked for, as they stand now."""
        state = self.kind.state
        if state is None:
            return
        while asked := await self._restates.asked(self.kind.name, BATCH):
            work = _Round()
            async for found in self._collection.find({"_id": {"$in": asked}}, {"v": 1, "state": 1, "at": 1}):
                id, community = found["_id"], found["state"]["community"]
                public = self.kind.model.model_validate({**found["state"], "id": id}).public()
                value = None if public is None else public.model_dump_json().encode()
                entry = {"seq": found["v"], "time": utc_now()}
                parcel = await self._parcel(work, self._states, id.encode())
                if parcel.add(id.encode(), value, to_headers(self._state_envelope(id, community, entry))):
                    work.reached[id] = (found["v"], {parcel.place})
            failed = await self._outbound.send(work.parcels.values())
            gone = set(asked) - work.reached.keys() if not any(p.full for p in work.parcels.values()) else set()
            arrived = [id for id, (_, places) in work.reached.items() if places.isdisjoint(failed)]
            await self._restates.answered(self.kind.name, [*arrived, *gone])
            if failed or not (arrived or gone):
                return

    async def _parcel(self, work: _Round, topic: str, key: bytes) -> Parcel:
        place = await self._outbound.place(topic, key)
        parcel = work.parcels.get(place)
        if parcel is None:
            parcel = work.parcels[place] = self._outbound.parcel(place)
        return parcel

    def _envelope(self, id: str, community: str, entry: Document) -> Envelope:
        return Envelope(
            id=f"{id}.{entry['seq']}",
            type=entry["type"],
            source=self._source,
            subject=f"{self.kind.name}/{id}",
            time=entry["time"],
            sequence=entry["seq"],
            partitionkey=id,
            community=community,
            causationid=entry.get("cause"),
            traceparent=entry.get("trace"),
        )

    def _state_envelope(self, id: str, community: str, entry: Document) -> Envelope:
        envelope = self._envelope(id, community, {**entry, "type": self._state_type})
        return replace(envelope, id=f"{envelope.id}.state")

    def _count(self, work: _Round, failed: set[Place]) -> None:
        self.relayed.rounds += 1
        self.relayed.published[self.kind.name] += sum(p.count for p in work.parcels.values() if p.place not in failed)
        self.relayed.failed[self.kind.name] += sum(p.count for p in work.parcels.values() if p.place in failed)
        self.relayed.trouble = "records not sent" if failed else None


def _by_id(batch: Sequence[Document]) -> list[tuple[str, Document]]:
    return [(found["_id"], found) for found in batch]
