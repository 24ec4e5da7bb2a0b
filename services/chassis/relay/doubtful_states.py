"""Keeps account of aggregates whose latest record on `.state` may be an old state, and publishes those states again.

What is guaranteed: before anything newer of an aggregate is sent, the store has a record that an older state of it may
still arrive. Wherever a leader dies, the aggregate's outbox or that record tells the next one.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from collections.abc import Collection as Ids
from typing import Any

from aiokafka.errors import KafkaError

from services.chassis.clock import Clock
from services.chassis.kafka.producer import Producer
from services.chassis.relay.packing import PackedRound, Packer
from services.chassis.relay.republish import RepublishRequests
from services.chassis.store.aggregates import Kind
from services.chassis.store.lease import Lease
from services.chassis.store.mongo import Collection, Document

_BATCH = 500


class DoubtfulStates:
    """The states in doubt of one lane.

    Args:
        wait: seconds after which a request that was given up has either arrived or can't arrive any more.
    """

    def __init__(
        self,
        kind: Kind[Any],
        collection: Collection,
        republish: RepublishRequests,
        producer: Producer,
        packer: Packer,
        wait: float,
        clock: Clock,
    ) -> None:
        self._kind = kind
        self._collection = collection
        self._republish = republish
        self._producer = producer
        self._packer = packer
        self._wait = wait
        self._clock = clock
        self._doubtful: set[str] = set()
        self._overwritten: set[str] = set()

    @property
    def settled(self) -> bool:
        """Whether every doubt is on record in the store."""
        return not (self._doubtful or self._overwritten)

    def doubt(self, ids: Ids[str]) -> None:
        """Doubt the states of the aggregates `ids`: a state that was sent may arrive after a newer one."""
        if self._kind.state is not None:
            self._doubtful.update(ids)

    def overwrote(self, ids: Ids[str]) -> None:
        """Doubt the states of the aggregates `ids`, which were sent after another leader may have sent newer ones."""
        if self._kind.state is not None:
            self._overwritten.update(ids)

    async def record(self) -> None:
        """Write every doubt to the store.

        Raises:
            PyMongoError: the store did not take them; they are kept for the next call.
        """
        while doubtful := list(self._doubtful)[:_BATCH]:
            await self._republish.doubt(self._kind.name, doubtful, self._wait)
            self._doubtful.difference_update(doubtful)
        while overwritten := list(self._overwritten)[:_BATCH]:
            await self._republish.ask(self._kind.name, overwritten)
            self._overwritten.difference_update(overwritten)

    async def take_over(self, lease: Lease, pending: AsyncIterator[Sequence[Document]]) -> None:
        """Doubt every aggregate that is `pending` now, if the leader before gave its lease no clean end: its requests
        may still be on their way."""
        if self._kind.state is None or not lease.inherited:
            return
        async for batch in pending:
            await self._republish.doubt(self._kind.name, [found["_id"] for found in batch], self._wait)
        await self._republish.doubt_asked(self._kind.name, self._wait)

    async def publish(self, limit: int, leads: Callable[[], bool]) -> bool:
        """Publish up to `limit` of the states that are due, as they stand now. Returns whether there were any; then
        more may be due.

        No round of this lane may be under way meanwhile. `leads` tells whether this process still holds the lease.

        Raises:
            PyMongoError, KafkaError: not all were published; they stay due.
        """
        if self._kind.state is None or not leads():
            return False
        asked = await self._republish.asked(self._kind.name, limit)
        if not asked:
            return False
        load, known = PackedRound(), set()
        wanted = [request.aggregate for request in asked]
        async for found in self._collection.find({"_id": {"$in": wanted}}, {"v": 1, "state": 1}):
            id, community = found["_id"], found["state"]["community"]
            aggregate = self._kind.model.model_validate({**found["state"], "id": id})
            public = aggregate.public()
            value = None if public is None else public.model_dump_json().encode()
            entry, type = {"seq": found["v"], "time": self._clock()}, None if public is None else public.type
            if aggregate.kept_inside or await self._packer.pack_state(load, id, community, entry, value, type):
                known.add(id)
        try:
            failed = await self._producer.send(load.batches.values())
        finally:
            if any(batch.doubtful for batch in load.batches.values()):
                self.doubt(known)
            if not leads():
                self.overwrote(known)
        await self.record()
        if failed:
            raise KafkaError("states were not taken")
        full = any(batch.full for batch in load.batches.values())
        await self._republish.answered(self._kind.name, [r for r in asked if r.aggregate in known or not full])
        return True
