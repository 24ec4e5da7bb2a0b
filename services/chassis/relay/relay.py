"""The relay: takes events out of the outboxes, writes them to the journal and publishes them to Kafka.

One leader per service, by a lease; every replica can take over. The truth is the query «documents whose outbox is not
empty». What the process itself commits is handed over to it and need not be read; the change stream of what others
commit only wakes it, so a lost resume token costs nothing.

What it guarantees: every event of every acknowledged command reaches the journal and its topic, whatever is killed;
within an aggregate the first arrival of each event is in the order of versions: all its events of one round travel in
one batch, and it joins no other round before that one is acknowledged. An event leaves the outbox only when both
the journal and Kafka have it.
What it does not: an event may arrive more than once, from a crash before clearing or from a leader that was frozen
and came back. Consumers drop a sequence that they have taken. An older `.state` that comes late, from such a leader or
out of a network that was cut, is put right by publishing the state again (`doubtful_states`).

Completion (the journal, then clearing) goes on behind the sending: only the acknowledgement is waited for.
"""

import asyncio
import logging
import math
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiokafka.errors import KafkaError

from services.chassis.kafka.producer import Place, Producer
from services.chassis.relay.completion import Completion
from services.chassis.relay.doubtful_states import DoubtfulStates
from services.chassis.relay.packing import PackedRound, Packer
from services.chassis.relay.republish import RepublishRequests
from services.chassis.store.aggregates import Kind
from services.chassis.store.journal import Journal
from services.chassis.store.lease import Lease
from services.chassis.store.mongo import Collection, Document, PyMongoError
from services.chassis.store.outbox import INDEX as OUTBOX_INDEX

log = logging.getLogger(__name__)

BATCH = 500
ROUNDS_UNDER_WAY = 8
_PENDING = {"outbox.0": {"$exists": True}}
_AS_RELAYED: Document = {"outbox": 1, "v": 1, "state.community": 1}
_BACK_OFF = (0.1, 0.3, 1.0, 2.0, 5.0)
_CROWD = 3
_PAUSE_EACH = 0.002
_LONGEST_PAUSE = 0.1
_HANDED_OVER_AT_MOST = 4 * BATCH
_REMEMBERED = 5.0
"""Seconds for which the relay remembers what it has settled. A commit is handed over when its own command hears of it,
and the query may have found it before that."""

_LAST_ROUNDS = 2.0
"""Seconds that rounds under way may take when the relay ends."""

_PASSING = (PyMongoError, KafkaError, TimeoutError)


@dataclass(slots=True)
class Relayed:
    """What the relay has done so far in this process, by kind."""

    published: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    rounds: int = 0


class Lane:
    """The relay of one kind of aggregate. Kinds have no order among them, so each has a lane of its own."""

    def __init__(
        self,
        kind: Kind[Any],
        collection: Collection,
        journal: Journal,
        producer: Producer,
        lease: Lease,
        republish: RepublishRequests,
        *,
        prefix: str = "",
        relayed: Relayed | None = None,
        poll: float = 1.0,
        doubt: float = 30.0,
    ) -> None:
        self.kind = kind
        self.wake = asyncio.Event()
        self.relayed = relayed or Relayed()
        self._collection = collection
        self._completion = Completion(collection, journal)
        self._producer = producer
        self._packer = Packer(kind, producer, prefix)
        self._lease = lease
        self._doubtful = DoubtfulStates(kind, collection, republish, producer, self._packer, doubt)
        self._poll = poll
        self._epoch = 0
        self._trouble = False
        self._nudges = 0
        self._crowded = False
        self._published = -math.inf
        self._due = False
        self._handed_over: list[Document] = []
        self._look = True
        self._looked = 0.0
        self._rounds: set[asyncio.Task[None]] = set()
        self._unacknowledged: dict[str, int] = {}
        self._behind: set[str] = set()
        self._sent: dict[str, int] = {}
        self._settled: deque[tuple[float, str, int]] = deque()

    @property
    def collection_name(self) -> str:
        """The collection whose outboxes it empties."""
        return self.kind.collection

    @property
    def clean(self) -> bool:
        """Whether another leader may begin without any doubt: what went before was taken over, and all is on record."""
        taken_over = self._epoch == self._lease.epoch or not self._lease.inherited
        return taken_over and self._doubtful.settled

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many aggregates wait, and when the oldest waiting event happened."""
        count = await self._collection.count_documents(_PENDING, hint=OUTBOX_INDEX)
        oldest = await self._collection.find_one(
            _PENDING, {"outbox": {"$slice": 1}}, sort=[("outbox.0.time", 1)], hint=OUTBOX_INDEX
        )
        return count, None if oldest is None else oldest["outbox"][0]["time"]

    def nudge(self) -> None:
        """Something was committed somewhere: look for it."""
        self._nudges += 1
        self._look = True
        self.wake.set()

    def committed(self, document: Document | None) -> None:
        """This process committed `document`, whose outbox holds all that waits in it; None: look for yourself."""
        if not self._lease.held:
            return
        if document is None or len(self._handed_over) >= _HANDED_OVER_AT_MOST:
            self.nudge()
            return
        self._nudges += 1
        self._handed_over.append(document)
        self.wake.set()

    async def run(self) -> None:
        """Relay for ever while the lease is held; waits while it is not."""
        failures = 0
        try:
            while True:
                self.wake.clear()
                await self._pass()
                if self._trouble:
                    await self._finish_rounds()
                    self._trouble = False
                    failures += 1
                    await asyncio.sleep(_BACK_OFF[min(failures, len(_BACK_OFF)) - 1])
                    continue
                failures = 0
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), self._poll)
                await self._let_a_crowd_gather()
        finally:
            if self._rounds:
                await asyncio.wait(self._rounds, timeout=_LAST_ROUNDS)
            for task in self._rounds:
                task.cancel()
            await asyncio.gather(*self._rounds, return_exceptions=True)
            await self._completion.stop()

    async def _let_a_crowd_gather(self) -> None:
        """Under many commands a second, small rounds would cost more than they carry: wait for more to come along.

        Only where it lasts: those who were held up together and come at once have waited enough.
        """
        crowd, self._nudges = self._nudges, 0
        lasts, self._crowded = self._crowded, crowd >= _CROWD
        if lasts and self._crowded:
            await asyncio.sleep(min(crowd * _PAUSE_EACH, _LONGEST_PAUSE))

    async def drain(self) -> bool:
        """Relay what is pending now and wait for it; False when something could not be sent and stays pending."""
        self._trouble = False
        self._look = True
        self._due = True
        while self._due and not self._trouble:
            await self._pass()
            await self._finish_rounds()
        return not self._trouble

    async def _pass(self) -> None:
        if not (self._lease.held and self._producer.connected.is_set()):
            self._handed_over.clear()
            self._look, self._due = True, False
            return
        try:
            if self._epoch != self._lease.epoch:
                await self._take_over()
            await self._begin_rounds()
            if self._due or time.monotonic() - self._published >= self._poll:
                await self._publish_doubtful()
        except _PASSING as error:
            self._interrupted(error)

    async def _take_over(self) -> None:
        """A new epoch: what was handed over before counts no more, and a leader may have died in the middle."""
        epoch = self._lease.epoch
        self._handed_over.clear()
        self._look = True
        await self._doubtful.take_over(self._lease, self._pending({"_id": 1}))
        self._epoch = epoch

    async def _begin_rounds(self) -> None:
        """Start a round for what was handed over, and for every batch that a look finds, a few at a time."""
        self._forget_settled()
        if any(task.done() for task in self._rounds):
            await self._reap(asyncio.FIRST_COMPLETED)
        handed_over, self._handed_over = self._handed_over, []
        for start in range(0, len(handed_over), BATCH):
            await self._begin_round(handed_over[start : start + BATCH])
        now = time.monotonic()
        if self._look or now - self._looked >= self._poll:
            self._look, self._looked = False, now
            async for batch in self._pending():
                if not await self._begin_round(batch):
                    return

    async def _begin_round(self, batch: Sequence[Document]) -> bool:
        """False when this is not the time for it: what it would have carried is looked for again."""
        while len(self._rounds) >= ROUNDS_UNDER_WAY:
            await self._reap(asyncio.FIRST_COMPLETED)
        if self._trouble or not self._leads(self._epoch):
            self._look = True
            return False
        await self._doubtful.record()
        load = await self._pack(batch)
        if load.stretches:
            self._unacknowledged |= {id: stretch.last for id, stretch in load.stretches.items()}
            self._rounds.add(asyncio.create_task(self._ship(load, self._epoch)))
        if load.left_over:
            self._look = True
            self.wake.set()
        return True

    def _leads(self, epoch: int) -> bool:
        return self._lease.held and self._lease.epoch == epoch

    async def _pending(self, fields: Document = _AS_RELAYED) -> AsyncIterator[list[Document]]:
        """Batches of documents with events, oldest event first, read while earlier rounds are on their way."""
        cursor = self._collection.find(_PENDING, fields, batch_size=BATCH, hint=OUTBOX_INDEX).sort("outbox.0.time", 1)
        try:
            while batch := await cursor.to_list(BATCH):
                yield batch
                if len(batch) < BATCH:
                    return
        finally:
            await cursor.close()

    async def _pack(self, batch: Sequence[Document]) -> PackedRound:
        load = PackedRound()
        for found in batch:
            id = found["_id"]
            under_way = self._unacknowledged.get(id)
            if under_way is None:
                await self._packer.pack(load, found, self._sent.get(id, 0))
            elif found["outbox"][-1]["seq"] > under_way:
                self._behind.add(id)
        return load

    async def _ship(self, load: PackedRound, epoch: int) -> None:
        try:
            try:
                failed = await self._producer.send(load.batches.values())
            finally:
                self._doubtful.doubt(load.doubtful)
                if not self._leads(epoch):
                    self._doubtful.overwrote(load.stretches.keys())
                self._acknowledge(load)
            await self._doubtful.record()
            self._count(load, failed)
            if failed:
                self._trouble_came()
            self._sent.update({id: stretch.last for id, stretch in load.arrived(failed).items()})
            await self._completion(load, failed)
            now = time.monotonic()
            self._settled += [(now, id, stretch.last) for id, stretch in load.stretches.items()]
        except _PASSING as error:
            for id, stretch in load.stretches.items():
                self._forget(id, stretch.last)
            self._interrupted(error)

    def _forget_settled(self) -> None:
        before = time.monotonic() - _REMEMBERED
        while self._settled and self._settled[0][0] < before:
            _, id, last = self._settled.popleft()
            self._forget(id, last)

    def _forget(self, id: str, last: int) -> None:
        if self._sent.get(id) == last:
            del self._sent[id]

    def _acknowledge(self, load: PackedRound) -> None:
        """Whatever came of it, their next events may go; those that have some by now are looked at at once."""
        for id in load.stretches:
            del self._unacknowledged[id]
        if not self._behind.isdisjoint(load.stretches):
            self._behind -= load.stretches.keys()
            self._look = True
            self.wake.set()

    async def _publish_doubtful(self) -> None:
        """Publish a batch of the states that are due; the next pass goes on with those that are left."""
        await self._finish_rounds()
        epoch, self._published = self._epoch, time.monotonic()
        self._due = await self._doubtful.publish(BATCH, lambda: self._leads(epoch))
        if self._due:
            self.wake.set()

    async def _finish_rounds(self) -> None:
        while self._rounds:
            await self._reap(asyncio.ALL_COMPLETED)

    async def _reap(self, when: str) -> None:
        done, self._rounds = await asyncio.wait(self._rounds, return_when=when)
        for task in done:
            task.result()

    def _interrupted(self, error: BaseException) -> None:
        self._trouble_came()
        log.warning("relay interrupted", extra={"kind": self.kind.name, "error": type(error).__name__})

    def _trouble_came(self) -> None:
        self._trouble = self._look = True
        self.wake.set()

    def _count(self, load: PackedRound, failed: set[Place]) -> None:
        self.relayed.rounds += 1
        for place, batch in load.batches.items():
            (self.relayed.failed if place in failed else self.relayed.published)[self.kind.name] += batch.count
