"""What a lane of the relay knows of states that may be old on their topic, and how it puts them right.

What it guarantees: before anything newer of an aggregate is sent, it is on record that an older state of it may still
arrive. Its outbox, or that record, tells the next leader, wherever this one dies.
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
    """The doubts of one lane.

    Args:
        wait: seconds after which a request that was given up has arrived, or can't any more.
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
        """Whether all that is doubted is on record."""
        return not (self._doubtful or self._overwritten)

    def doubt(self, ids: Ids[str]) -> None:
        """Doubt the states of `ids`: what was sent of them may arrive later."""
        if self._kind.state is not None:
            self._doubtful.update(ids)

    def overwrote(self, ids: Ids[str]) -> None:
        """Doubt the states of `ids`, which were sent after another leader may have sent newer ones."""
        if self._kind.state is not None:
            self._overwritten.update(ids)

    async def record(self) -> None:
        """Put every doubt on record.

        Raises:
            PyMongoError: the store did not take them; they are kept.
        """
        while doubtful := list(self._doubtful)[:_BATCH]:
            await self._republish.doubt(self._kind.name, doubtful, self._wait)
            self._doubtful.difference_update(doubtful)
        while overwritten := list(self._overwritten)[:_BATCH]:
            await self._republish.ask(self._kind.name, overwritten)
            self._overwritten.difference_update(overwritten)

    async def take_over(self, lease: Lease, pending: AsyncIterator[Sequence[Document]]) -> None:
        """Doubt whatever a leader that did not take its leave may have had on its way: all that is `pending` now."""
        if self._kind.state is None or not lease.inherited:
            return
        async for batch in pending:
            await self._republish.doubt(self._kind.name, [found["_id"] for found in batch], self._wait)
        await self._republish.doubt_asked(self._kind.name, self._wait)

    async def publish(self, limit: int, leads: Callable[[], bool]) -> bool:
        """Publish up to `limit` states that are due, as they stand now. Whether there were any: there may be more.

        Nothing else of this lane may be under way. `leads`: whether this process still does.

        Raises:
            PyMongoError, KafkaError: they stay due.
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
