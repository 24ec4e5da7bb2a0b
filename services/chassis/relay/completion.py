"""Completes rounds of the relay: events that have arrived at Kafka are written to the journal and then taken out of the
outboxes, for several rounds at a time.

Rounds gather before they are completed, because nobody waits for completion, and completing each round alone would be
most of the relay's calls to the store under a steady load of single commands. A crash before completion sends the
events again; consumers drop what they have taken.
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
    """Completes the rounds of one lane."""

    def __init__(self, collection: Collection, journal: Journal) -> None:
        self._collection = collection
        self._journal = journal
        self._batcher: Batcher[Sent, None] = Batcher(self._settle, gathering=_GATHERING)

    async def __call__(self, load: PackedRound, failed: set[Place]) -> None:
        """Complete `load`. Events that went to the places in `failed` stay in their outboxes.

        Raises:
            PyMongoError: the store did not take it; the caller sends the round once more.
        """
        await self._batcher((load, failed))

    async def stop(self) -> None:
        """Give up the rounds that are being completed."""
        await self._batcher.stop()

    async def _settle(self, sent: Sequence[Sent]) -> Sequence[None]:
        await self._journal.append([entry for load, _ in sent for entry in load.journal])
        writes = clearing(load.arrived(failed) for load, failed in sent)
        if writes:
            await self._collection.bulk_write(writes, ordered=False)
        return [None] * len(sent)
