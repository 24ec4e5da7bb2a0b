"""The producer by which a service publishes to Kafka: it sends ready-made batches, one per partition, with `acks=all`.

What is guaranteed: the records of one `PartitionBatch` reach their partition together or not at all, in the order in
which they were added; a failure is reported within the time-out. Records of one key go to the partition that every
Kafka client chooses by default (murmur2).
What is not guaranteed: that a batch which failed has not arrived. Its answer may be lost, or it may arrive later; such
a batch is `doubtful`, and so is one that arrived at a second attempt, whose first may follow. No idempotent producer is
used: it never expires a batch that it can't send, and stops for good after one lost sequence number, while consumers
drop repetitions anyway.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError
from aiokafka.partitioner import DefaultPartitioner

from services.chassis.bounded import within
from services.chassis.kafka.access import OPEN, Access, for_client
from services.chassis.kafka.delivery import Delivery
from services.chassis.kafka.remains import clear_producer
from services.chassis.kafka.repairs import repair
from services.chassis.kafka.vital_signs import of_producer
from services.contracts.envelope import Headers

log = logging.getLogger(__name__)

BATCH_BYTES = 700_000
"""The bytes beyond which a batch is full: with one more event of the largest size it is still small enough for
brokers."""

_LARGEST_BATCH = 2 * 1024 * 1024
_BACK_OFF = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_DEAD = 2.0
"""Seconds that a producer with a dead background task gets to close its connections."""

Place = tuple[str, int]


_PARTITIONER = DefaultPartitioner()


@lru_cache(maxsize=4096)
def _index(key: bytes, count: int) -> int:
    """The partition, of `count`, that takes `key`. The result is cached because it is asked for twice for each
    aggregate of a round, and the hash is slow Python."""
    everywhere = range(count)
    index: int = _PARTITIONER(key, everywhere, everywhere)
    return index


class PartitionBatch:
    """Records bound for one partition of one topic."""

    __slots__ = ("_batch", "count", "doubtful", "full", "place")

    def __init__(self, producer: AIOKafkaProducer, place: Place) -> None:
        self.place = place
        self.count = 0
        self.full = False
        self.doubtful = False
        self._batch = producer.create_batch()

    def add(self, key: bytes, value: bytes | None, headers: Headers) -> bool:
        """Append a record. Returns False, without appending, when the batch is full; a full batch stays full."""
        if self.full:
            return False
        added = self._batch.append(key=key, value=value, timestamp=None, headers=headers) is not None
        self.full = not added or self._batch.size() >= BATCH_BYTES
        self.count += added
        return added


class Producer:
    """A producer that outlives the broker's absence: `run` makes its client anew until one connects."""

    def __init__(self, bootstrap: str, *, client_id: str, time_out: float = 15.0, access: Access = OPEN) -> None:
        self._bootstrap = bootstrap
        self._access = access
        self._client_id = client_id
        self._time_out = time_out
        self._producer: AIOKafkaProducer | None = None
        self._unanswered: Counter[Place] = Counter()
        self._under_way: set[PartitionBatch] = set()
        self._partitions: dict[str, list[int]] = {}
        self.connected = asyncio.Event()
        repair()

    async def run(self) -> None:
        """Connect, however long it takes. Returns when connected; aiokafka reconnects by itself afterwards."""
        attempt = 0
        while not self.connected.is_set():
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                client_id=self._client_id,
                acks="all",
                linger_ms=0,
                max_batch_size=_LARGEST_BATCH,
                max_request_size=_LARGEST_BATCH,
                request_timeout_ms=int(self._time_out * 1000),
                metadata_max_age_ms=30_000,
                **for_client(self._access),
            )
            Delivery(producer, self._time_out, self._unanswered)
            try:
                await within(self._time_out, producer.start())
            except (KafkaError, TimeoutError, OSError) as error:
                await self._discard(producer)
                log.warning("Kafka does not answer, trying again", extra={"error": type(error).__name__})
                await asyncio.sleep(_BACK_OFF[min(attempt, len(_BACK_OFF) - 1)])
                attempt += 1
            except asyncio.CancelledError:
                await self._discard(producer)
                raise
            else:
                self._producer = producer
                self.connected.set()

    def ailment(self) -> str | None:
        """The background task of the producer that has died, so that it will never send again; None while all live."""
        return None if self._producer is None else of_producer(self._producer)

    async def renew(self) -> None:
        """Replace the client by a new one. Batches that were under way with the old client have failed, or fail now."""
        producer, self._producer = self._producer, None
        self.connected.clear()
        if producer is not None:
            await self._discard(producer, _DEAD)
        await self.run()

    async def stop(self) -> bool:
        """Finish sending what is under way, within the time-out, and disconnect. Returns whether the outcome of every
        batch is known."""
        producer, self._producer = self._producer, None
        self.connected.clear()
        if producer is not None:
            await self._discard(producer)
        return not self._under_way

    async def place(self, topic: str, key: bytes) -> Place:
        """The topic and partition that records of `key` go to.

        Raises:
            KafkaError: the topic is not known, or Kafka does not answer.
        """
        partitions = await self.partitions(topic)
        return topic, partitions[_index(key, len(partitions))]

    async def partitions(self, topic: str) -> list[int]:
        """The partitions of `topic`.

        Raises:
            KafkaError: the topic is not known, or Kafka does not answer.
        """
        partitions = self._partitions.get(topic)
        if partitions is None:
            try:
                known = await asyncio.wait_for(self._connected().partitions_for(topic), self._time_out)
            except TimeoutError:
                raise KafkaConnectionError(f"no metadata of {topic}") from None
            partitions = self._partitions[topic] = sorted(known)
        return partitions

    def batch(self, place: Place) -> PartitionBatch:
        """An empty batch for `place`."""
        return PartitionBatch(self._connected(), place)

    async def send(self, batches: Iterable[PartitionBatch]) -> set[Place]:
        """Send `batches` side by side and wait for their acknowledgement; returns the places that failed."""
        waiting = [batch for batch in batches if batch.count]
        outcomes = await asyncio.gather(*(self._send(batch) for batch in waiting))
        return {batch.place for batch, arrived in zip(waiting, outcomes, strict=True) if not arrived}

    async def _send(self, batch: PartitionBatch) -> bool:
        topic, partition = batch.place
        before = self._unanswered[batch.place]
        try:
            async with asyncio.timeout(self._time_out * 2):
                sent = await self._connected().send_batch(batch._batch, topic, partition=partition)
                batch.doubtful = True
                self._under_way.add(batch)
                sent.add_done_callback(lambda outcome: self._told(batch, outcome))
                await asyncio.shield(sent)
            batch.doubtful = self._unanswered[batch.place] != before
        except (KafkaError, TimeoutError) as error:
            self._under_way.discard(batch)
            if isinstance(error, KafkaError):
                batch.doubtful = self._unanswered[batch.place] != before
            self._partitions.pop(topic, None)
            log.warning(
                "records not sent", extra={"topic": topic, "partition": partition, "error": type(error).__name__}
            )
            return False
        return True

    def _told(self, batch: PartitionBatch, outcome: "asyncio.Future[Any]") -> None:
        """Count `batch` as under way no longer, once Kafka has acknowledged it, even after its sender has stopped
        waiting."""
        if not outcome.cancelled() and outcome.exception() is None:
            self._under_way.discard(batch)

    def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise KafkaConnectionError("not connected yet")
        return self._producer

    async def _discard(self, producer: AIOKafkaProducer, patience: float | None = None) -> None:
        try:
            await within(self._time_out if patience is None else patience, producer.stop())
        except Exception as error:  # a client that has died may raise any error
            log.warning("Kafka connection not closed cleanly", extra={"error": type(error).__name__})
        finally:
            clear_producer(producer)
