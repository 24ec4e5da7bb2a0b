"""The relay takes events out of the outboxes, writes them to the journal and publishes them to Kafka.

One replica of a service leads, by a lease, and every other can take over. The truth is the query «documents whose
outbox is not empty». Documents that the leading process commits are handed over to its relay and need not be read; the
change stream of other processes' commits only wakes it, so a lost resume token costs nothing.

What is guaranteed: every event of every acknowledged command reaches the journal and its topic, whatever is killed.
Within an aggregate events first arrive in the order of versions: all its events of one round travel in one batch, and
it joins no other round before that one is acknowledged. An event leaves the outbox only when both the journal and Kafka
have it.
What is not guaranteed: that an event arrives once only. A crash before clearing, or a leader that was frozen and came
back, sends it again; consumers drop a sequence that they have taken. An older `.state` that comes late, from such a
leader or out of a network that was cut, is put right by publishing the state again (`doubtful_states`).

The next round waits for Kafka's acknowledgement alone, not for completion (the journal, then clearing). `HandedOver`
keeps the next work of a lane, `InFlight` what the lane has sent. Lanes of one service look for more in turn, each in
its `share` of the time between two looks: all at once they would hold up what is under way.
"""

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiokafka.errors import KafkaError

from services.chassis.clock import Clock, utc_now
from services.chassis.kafka.producer import Place, Producer
from services.chassis.relay.completion import Completion
from services.chassis.relay.doubtful_states import DoubtfulStates
from services.chassis.relay.handed_over import HandedOver, until_turn
from services.chassis.relay.in_flight import InFlight, Rounds
from services.chassis.relay.packing import PackedRound, Packer
from services.chassis.relay.pending import BATCH, Pending
from services.chassis.relay.republish import RepublishRequests
from services.chassis.store.aggregates import Kind
from services.chassis.store.journal import Journal
from services.chassis.store.lease import Lease
from services.chassis.store.mongo import Collection, Document, PyMongoError

log = logging.getLogger(__name__)

ROUNDS_UNDER_WAY = 8
_BACK_OFF = (0.1, 0.3, 1.0, 2.0, 5.0)
_NEARLY = 0.9
"""Turns come at even times, and what is done in each is over a little earlier or later."""
_PASSING = (PyMongoError, KafkaError, TimeoutError)


@dataclass(slots=True)
class Relayed:
    """How many records this process has published and failed to publish, by kind, and in how many rounds."""

    published: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    rounds: int = 0


class Lane:
    """The relay of one kind of aggregate. No order is kept between kinds, so each has a lane of its own."""

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
        share: float = 0.0,
        doubt: float = 30.0,
        clock: Clock = utc_now,
    ) -> None:
        self.kind = kind
        self.relayed = relayed or Relayed()
        self._pending = Pending(collection)
        self._completion = Completion(collection, journal)
        self._producer = producer
        self._packer = Packer(kind, producer, prefix)
        self._lease = lease
        self._doubtful = DoubtfulStates(kind, collection, republish, producer, self._packer, doubt, clock)
        self._poll = poll
        self._share = share
        self._epoch = 0
        self._trouble = False
        self._published = -math.inf
        self._due = False
        self._handed_over = HandedOver()
        self._in_flight = InFlight()
        self._rounds = Rounds(ROUNDS_UNDER_WAY)

    @property
    def collection_name(self) -> str:
        """The collection whose outboxes this lane empties."""
        return self.kind.collection

    @property
    def clean(self) -> bool:
        """Whether the next leader need not doubt any state: this one has taken over from the one before, and all its
        doubts are on record."""
        taken_over = self._epoch == self._lease.epoch or not self._lease.inherited
        return taken_over and self._doubtful.settled

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many aggregates have events that wait, and when the oldest of these happened."""
        return await self._pending.backlog()

    def nudge(self) -> None:
        """Let the next pass look for documents: another process has committed one."""
        self._handed_over.add(None)

    def committed(self, document: Document | None) -> None:
        """Take over `document`, which this process has committed, with its whole outbox; None: a document has to be
        looked for."""
        if self._lease.held:
            self._handed_over.add(document)

    async def run(self) -> None:
        """Relay for ever; wait while the lease is not held."""
        failures = 0
        try:
            while True:
                self._handed_over.begin_pass()
                await self._pass()
                if self._trouble:
                    await self._rounds.finish()
                    self._trouble = False
                    failures += 1
                    await asyncio.sleep(_BACK_OFF[min(failures, len(_BACK_OFF)) - 1])
                else:
                    failures = 0
                    await self._handed_over.wait(until_turn(time.monotonic(), self._poll, self._share))
        finally:
            await self._rounds.stop()
            await self._completion.stop()

    async def drain(self) -> bool:
        """Relay what is pending now and wait until it is done. Returns False when something could not be sent and stays
        pending."""
        self._trouble = False
        self._handed_over.look()
        self._due = True
        while self._due and not self._trouble:
            await self._pass()
            await self._rounds.finish()
        return not self._trouble

    async def _pass(self) -> None:
        if not (self._lease.held and self._producer.connected.is_set()):
            self._handed_over.drop()
            self._due = False
            return
        try:
            if self._epoch != self._lease.epoch:
                await self._take_over()
            await self._begin_rounds()
            if self._due or time.monotonic() - self._published >= self._poll * _NEARLY:
                await self._publish_doubtful()
        except _PASSING as error:
            self._interrupted(error)

    async def _take_over(self) -> None:
        """Begin a new epoch: forget documents that were handed over before, and doubt what the leader before may have
        had under way."""
        epoch = self._lease.epoch
        self._handed_over.drop()
        await self._doubtful.take_over(self._lease, self._pending.batches({"_id": 1}))
        self._epoch = epoch

    async def _begin_rounds(self) -> None:
        """Start a round for the documents handed over, and for every batch that a look finds, a few at a time."""
        self._in_flight.forget_cleared()
        await self._rounds.reap()
        handed_over = self._handed_over.take()
        for start in range(0, len(handed_over), BATCH):
            await self._begin_round(handed_over[start : start + BATCH])
        if self._handed_over.is_time_to_look(self._poll):
            async for batch in self._pending.batches():
                if not await self._begin_round(batch):
                    return

    async def _begin_round(self, batch: Sequence[Document]) -> bool:
        """Start a round for `batch`. Returns False when the lane is in trouble or leads no more; the documents are then
        looked for again."""
        await self._rounds.make_room()
        if self._trouble or not self._leads(self._epoch):
            self._handed_over.look()
            return False
        await self._doubtful.record()
        load = PackedRound()
        for found in batch:
            if self._in_flight.may_go(found):
                await self._packer.pack(load, found, self._in_flight.sent(found["_id"]))
        if load.stretches:
            self._in_flight.departs(load)
            self._rounds.begin(self._ship(load, self._epoch))
        if load.left_over:
            self._handed_over.look_now()
        return True

    def _leads(self, epoch: int) -> bool:
        return self._lease.held and self._lease.epoch == epoch

    async def _ship(self, load: PackedRound, epoch: int) -> None:
        try:
            failed = await self._send(load, epoch)
            await self._doubtful.record()
            self._count(load, failed)
            if failed:
                self._trouble_came()
            self._in_flight.arrived(load.arrived(failed))
            await self._completion(load, failed)
            self._in_flight.cleared(load)
        except _PASSING as error:
            self._in_flight.not_cleared(load)
            self._interrupted(error)

    async def _send(self, load: PackedRound, epoch: int) -> set[Place]:
        """Send `load`, and note the states in doubt. Returns the places that failed."""
        try:
            return await self._producer.send(load.batches.values())
        finally:
            self._doubtful.doubt(load.doubtful)
            if not self._leads(epoch):
                self._doubtful.overwrote(load.stretches.keys())
            if self._in_flight.acknowledged(load):
                self._handed_over.look_now()

    async def _publish_doubtful(self) -> None:
        """Publish a batch of the doubtful states that are due; the next pass goes on with the rest."""
        await self._rounds.finish()
        epoch, self._published = self._epoch, time.monotonic()
        self._due = await self._doubtful.publish(BATCH, lambda: self._leads(epoch))
        if self._due:
            self._handed_over.wake()

    def _interrupted(self, error: BaseException) -> None:
        self._trouble_came()
        log.warning("relay interrupted", extra={"kind": self.kind.name, "error": type(error).__name__})

    def _trouble_came(self) -> None:
        self._trouble = True
        self._handed_over.look_now()

    def _count(self, load: PackedRound, failed: set[Place]) -> None:
        self.relayed.rounds += 1
        for place, batch in load.batches.items():
            (self.relayed.failed if place in failed else self.relayed.published)[self.kind.name] += batch.count
