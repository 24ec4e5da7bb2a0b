"""The subscriber of one service: FastStream's batch consumer, with our own hands on what it would lose.

What it guarantees: offsets are committed after the effects of their batch are stored, one commit a batch, with explicit
offsets; a record that can't be parsed still reaches the intake (FastStream would skip it and commit past it); a new
consumer group begins at the earliest record; the process starts and answers while Kafka is away; on stop, the batch
under way is finished and committed, then the group is left (or kept, with static membership).
What it does not: a batch is taken again after a crash or a lost commit. Effects are idempotent for that.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from services.chassis.intake import Intake, Record, Stopping
from services.chassis.kafka_access import OPEN, Access

log = logging.getLogger(__name__)

BATCH = 500
_POLL_MS = 20
"""FastStream sleeps this long after an empty poll of the same length: the price of a quiet topic's first event."""

_BACK_OFF = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Inbound:
    """The Kafka side of a service's consumer group."""

    def __init__(
        self,
        bootstrap: str,
        intake: Intake,
        topics: list[str],
        *,
        group: str,
        instance: str | None = None,
        graceful: float = 30.0,
        session_timeout: float = 10.0,
        access: Access = OPEN,
    ) -> None:
        self.topics = topics
        self.intake = intake
        self.last_batch = time.monotonic()
        self._commits_lost = 0
        self._failures = 0
        self._committed: dict[TopicPartition, int] = {}
        self._to_commit: dict[TopicPartition, int] = {}
        self._committing: asyncio.Task[None] | None = None
        self._one_commit = asyncio.Lock()
        self._broker = KafkaBroker(
            bootstrap,
            client_id=group,
            consumer_only=True,
            apply_types=False,
            logger=None,
            graceful_timeout=graceful,
            allow_auto_create_topics=False,
            request_timeout_ms=90_000,
            metadata_max_age_ms=15_000,
            security=access,
        )
        self._subscriber: BatchSubscriber = self._broker.subscriber(
            *topics,
            batch=True,
            max_records=BATCH,
            batch_timeout_ms=_POLL_MS,
            group_id=group,
            group_instance_id=instance,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            session_timeout_ms=int(session_timeout * 1000),
            heartbeat_interval_ms=int(session_timeout * 300),
            max_poll_interval_ms=600_000,
            listener=_Revoked(self),
            parser=self._parse,
            decoder=_decode,
        )
        self._subscriber(self._consume)

    async def run(self) -> None:
        """Join the group, however long it takes. Returns when joined."""
        attempt = 0
        while True:
            try:
                await self._broker.start()
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("Kafka does not answer, trying again", extra={"error": type(error).__name__})
                await self._stop_broker()
                await asyncio.sleep(_BACK_OFF[min(attempt, len(_BACK_OFF) - 1)])
                attempt += 1
            else:
                return

    async def stop(self) -> None:
        """Finish and commit the batch under way, then leave."""
        self.intake.stopping.set()
        await self._flush()
        await self._stop_broker()

    @property
    def assigned(self) -> frozenset[TopicPartition]:
        """The partitions this process reads now."""
        consumer = self._subscriber.consumer
        return frozenset() if consumer is None else frozenset(consumer.assignment())

    @property
    def commits_lost(self) -> int:
        """Commits refused because the group had moved on; their records come again and have no second effect."""
        return self._commits_lost

    async def lag(self) -> Mapping[TopicPartition, int]:
        """Records not yet taken, per assigned partition.

        Raises:
            KafkaError: Kafka does not answer.
        """
        consumer = self._subscriber.consumer
        if consumer is None or not self.assigned:
            return {}
        assigned = sorted(self.assigned)
        ends, begins = await consumer.end_offsets(assigned), await consumer.beginning_offsets(assigned)
        unknown = [partition for partition in assigned if partition not in self._committed]
        found = await asyncio.gather(*(consumer.committed(partition) for partition in unknown))
        done = begins | {p: offset for p, offset in zip(unknown, found, strict=True) if offset is not None}
        done |= {partition: offset for partition, offset in self._committed.items() if partition in begins}
        return {partition: max(0, ends[partition] - done[partition]) for partition in assigned}

    async def _consume(self, records: Any) -> None:
        """FastStream reads the annotations of its handler and can't know ours."""
        await self._take(records)

    async def _take(self, records: tuple[Record, ...]) -> None:
        try:
            await self.intake.take(records)
        except Stopping:
            log.info("stopping with a batch not done; it comes again", extra={"records": len(records)})
            return
        except Exception:
            # FastStream would swallow this and read on; the next commit would then pass these records by.
            log.exception("a batch failed, reading it again")
            self._rewind(records)
            await self._pause()
            return
        self._failures = 0
        self.last_batch = time.monotonic()
        await self._commit(records)

    async def _pause(self) -> None:
        """Wait before a failed batch is read again, longer each time."""
        pause = _BACK_OFF[min(self._failures, len(_BACK_OFF) - 1)]
        self._failures += 1
        with suppress(TimeoutError):
            await asyncio.wait_for(self.intake.stopping.wait(), pause)

    async def _commit(self, records: tuple[Record, ...]) -> None:
        """Hand the batch's offsets to the committer; they are stored while the next batch is taken."""
        self._to_commit.update({TopicPartition(r.topic, r.partition): r.offset + 1 for r in records})
        if self.intake.stopping.is_set():
            await self._flush()
        elif self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        """Commit what is stored and not committed yet, one commit at a time."""
        async with self._one_commit:
            while self._to_commit and (consumer := self._subscriber.consumer) is not None:
                assigned = consumer.assignment()
                mine = {partition: offset for partition, offset in self._to_commit.items() if partition in assigned}
                self._to_commit.clear()
                if mine:
                    await self._store(consumer, mine)

    async def _store(self, consumer: Any, offsets: dict[TopicPartition, int]) -> None:
        try:
            await consumer.commit(offsets)
            self._committed.update(offsets)
        except (KafkaError, IllegalStateError) as error:
            self._commits_lost += 1
            log.warning("commit refused", extra={"error": type(error).__name__})

    def _rewind(self, records: tuple[Record, ...]) -> None:
        consumer = self._subscriber.consumer
        if consumer is None:
            return
        first: dict[TopicPartition, int] = {}
        for record in records:
            first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
        for partition, offset in first.items():
            if partition in consumer.assignment():
                consumer.seek(partition, offset)

    async def _stop_broker(self) -> None:
        try:
            await asyncio.wait_for(self._broker.stop(), 60)
        except (KafkaError, OSError, TimeoutError) as error:
            log.warning("consumer not closed cleanly", extra={"error": type(error).__name__})

    async def _parse(self, records: tuple[Record, ...], _original: Any) -> KafkaMessage:
        """Hand the raw records on: FastStream's own parser decodes headers and raises on what is not UTF-8."""
        consumer = self._subscriber.consumer
        if consumer is None:
            raise Stopping()
        return KafkaMessage(body=b"", raw_message=records, consumer=consumer)


class _Revoked(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Commits what is stored before partitions move on, so that their next owner repeats less."""

    def __init__(self, inbound: Inbound) -> None:
        self._inbound = inbound

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Called before the group rebalances."""
        await self._inbound._flush()
        for partition in revoked:
            self._inbound._committed.pop(partition, None)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing to do: positions are read from the group's offsets."""


async def _decode(message: KafkaMessage, _original: Any) -> Any:
    return message.raw_message
