"""What has arrived at Kafka is written to the journal and then taken out of the outboxes, several rounds at a time.

Nobody waits for it, so rounds gather: under a steady load of single commands most of the relay's calls to the store
would else be these. A crash meanwhile repeats the events, which consumers drop.
"""

from collections.abc import Sequence

from services.chassis.kafka.producer import Place
from services.chassis.relay.packing import PackedRound, clearing
from services.chassis.store.batcher import Batcher
from services.chassis.store.journal import Journal
from services.chassis.store.mongo import Collection

_GATHERING = 0.02

Sent = tuple[PackedRound, set[Place]]


class Completion:
    """The end of the rounds of one lane."""

    def __init__(self, collection: Collection, journal: Journal) -> None:
        self._collection = collection
        self._journal = journal
        self._batcher: Batcher[Sent, None] = Batcher(self._settle, gathering=_GATHERING)

    async def __call__(self, load: PackedRound, failed: set[Place]) -> None:
        """Settle `load`; what went to the places that `failed` stays in its outboxes.

        Raises:
            PyMongoError: the store did not take it; it is sent once more.
        """
        await self._batcher((load, failed))

    async def stop(self) -> None:
        """Give up the rounds that are under way."""
        await self._batcher.stop()

    async def _settle(self, sent: Sequence[Sent]) -> Sequence[None]:
        await self._journal.append([entry for load, _ in sent for entry in load.journal])
        writes = clearing(load.arrived(failed) for load, failed in sent)
        if writes:
            await self._collection.bulk_write(writes, ordered=False)
        return [None] * len(sent)
