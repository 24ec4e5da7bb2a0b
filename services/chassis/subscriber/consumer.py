"""The subscriber of one service: FastStream's batch consumer, with our own hands on what it would lose.

What the consumer guarantees: offsets are committed after the effects of their batch are stored, one commit a batch,
with explicit offsets; whatever lies on a topic reaches the intake, even a batch that can't be read (after some more
tries, for the wire may have been at fault); a new consumer group begins at the earliest record; the process starts and
answers while Kafka is away; on stop, the batch under way is finished and committed, then the group is left (or kept,
with static membership). A client in which a background task has died is replaced by a new one (`watchdog`).
What it does not guarantee: that a batch is taken once only. After a crash or a lost commit the same batch is taken
again, which is harmless because effects are idempotent.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from services.chassis.bounded import within
from services.chassis.kafka import record_batches
from services.chassis.kafka.access import OPEN, Access
from services.chassis.subscriber.intake import Intake, Stopping
from services.chassis.subscriber.member import Group, Member
from services.chassis.subscriber.record import Record

log = logging.getLogger(__name__)

_BACK_OFF = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_READ_ANEW = 4
"""How many times a batch that can't be read is fetched again before it becomes a dead letter."""
_JOINED_WITHIN = 120.0
_HUNG_JOINS = 5
_ANSWERED_WITHIN = 10.0
_COMMITTED_WITHIN = 3.0


class Consumer:
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
        self.group = Group(bootstrap, group, topics, instance, graceful, session_timeout, access)
        self.remade = 0
        self.taking_since: float | None = None
        self._commits_lost = 0
        self._failures = 0
        self._unread: Counter[tuple[TopicPartition, int]] = Counter()
        self._committed: dict[TopicPartition, int] = {}
        self._to_commit: dict[TopicPartition, int] = {}
        self._committing: asyncio.Task[None] | None = None
        self._one_commit = asyncio.Lock()
        self._member: Member | None = None

    async def run(self) -> None:
        """Join the group, however long Kafka is away. Returns when this process is a member.

        Raises:
            TimeoutError: Kafka answers, but joining has failed several times in a row; a new process may succeed.
        """
        attempt = hung = 0
        while not self.intake.stopping.is_set():
            self._member = member = Member(self.group, self._take, _Revoked(self))
            try:
                await member.join(_JOINED_WITHIN)
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("Kafka does not answer, trying again", extra={"error": type(error).__name__})
                await self._leave(member)
                hung = hung + 1 if isinstance(error, TimeoutError) else 0
                if hung >= _HUNG_JOINS:
                    raise
                await asyncio.sleep(_BACK_OFF[min(attempt, len(_BACK_OFF) - 1)])
                attempt += 1
            else:
                return

    async def remake(self, why: str) -> None:
        """Leave the group with the client that has died, and join with a new one, for the reason `why`. Nothing is
        lost: records that were not committed are read again."""
        log.error("the consumer is made anew", extra={"group": self.group.name, "why": why})
        self.remade += 1
        if self._member is not None:
            await self._leave(self._member)
        self._forget_commits()
        await self.run()

    async def stop(self) -> None:
        """Finish and commit the batch under way, then leave."""
        self.intake.stopping.set()
        with suppress(TimeoutError):
            await within(_COMMITTED_WITHIN, self._flush())
        if self._member is not None:
            await self._leave(self._member)

    @property
    def member(self) -> Member | None:
        """The client that is a member of the group now; None before the first joining and between two."""
        return self._member

    @property
    def assigned(self) -> frozenset[TopicPartition]:
        """The partitions this process reads now."""
        return frozenset() if self._member is None else self._member.assigned

    @property
    def commits_lost(self) -> int:
        """How many commits Kafka refused because the group had moved on. Their records come again and have no second
        effect."""
        return self._commits_lost

    async def lag(self) -> Mapping[TopicPartition, int]:
        """How many records wait to be taken, by assigned partition.

        Raises:
            KafkaError: Kafka does not answer.
            TimeoutError: the client does not answer in time.
        """
        assigned, consumer = sorted(self.assigned), self._consumer()
        if consumer is None or not assigned:
            return {}
        return await within(_ANSWERED_WITHIN, self._lag_of(consumer, assigned))

    async def _lag_of(self, consumer: Any, assigned: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        ends, begins = await consumer.end_offsets(assigned), await consumer.beginning_offsets(assigned)
        unknown = [partition for partition in assigned if partition not in self._committed]
        found = await asyncio.gather(*(consumer.committed(partition) for partition in unknown))
        done = begins | {p: offset for p, offset in zip(unknown, found, strict=True) if offset is not None}
        done |= {partition: offset for partition, offset in self._committed.items() if partition in begins}
        return {partition: max(0, ends[partition] - done[partition]) for partition in assigned}

    def _consumer(self) -> Any:
        return None if self._member is None else self._member.consumer

    async def _take(self, records: tuple[Record, ...]) -> None:
        self.taking_since = time.monotonic()
        try:
            await self._take_all(records)
        finally:
            self.taking_since = None

    async def _take_all(self, records: tuple[Record, ...]) -> None:
        if (unread := self._to_read_anew(records)) is not None:
            log.warning("a batch can't be read, reading it anew", extra=unread)
            self._rewind(records)
            await self._pause()
            return
        try:
            await self.intake.take(records)
        except Stopping:
            log.info("stopping with a batch not done; it comes again", extra={"records": len(records)})
            return
        except Exception:
            # FastStream would swallow this error and read on; the next commit would then pass these records by.
            log.exception("a batch failed, reading it again")
            self._rewind(records)
            await self._pause()
            return
        self._failures = 0
        self._unread.clear()
        self.last_batch = time.monotonic()
        await self._commit(records)

    def _to_read_anew(self, records: tuple[Record, ...]) -> dict[str, Any] | None:
        """The log fields of a batch that can't be read and is to be fetched again; None where all are readable or were
        fetched often enough."""
        for record in records:
            if record.headers and record.headers[0][0] == record_batches.UNREADABLE:
                place = TopicPartition(record.topic, record.partition), record_batches.begin(record.headers)
                self._unread[place] += 1
                if self._unread[place] <= _READ_ANEW:
                    return {
                        "topic": record.topic,
                        "partition": record.partition,
                        "why": record_batches.why(record.headers),
                    }
        return None

    async def _pause(self) -> None:
        """Wait before a failed batch is read again, longer each time."""
        pause = _BACK_OFF[min(self._failures, len(_BACK_OFF) - 1)]
        self._failures += 1
        with suppress(TimeoutError):
            await asyncio.wait_for(self.intake.stopping.wait(), pause)

    async def _commit(self, records: tuple[Record, ...]) -> None:
        """Hand the batch's offsets to the committer; they are stored while the next batch is taken."""
        following = {(record.topic, record.partition): record.offset + 1 for record in records}
        self._to_commit.update({TopicPartition(*place): offset for place, offset in following.items()})
        if self.intake.stopping.is_set():
            await self._flush()
        elif self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        """Commit the offsets of batches whose effects are stored, one commit at a time."""
        async with self._one_commit:
            while self._to_commit and (consumer := self._consumer()) is not None:
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
        consumer = self._consumer()
        if consumer is None:
            return
        first: dict[TopicPartition, int] = {}
        for record in records:
            first.setdefault(TopicPartition(record.topic, record.partition), record_batches.first_offset(record))
        for partition, offset in first.items():
            if partition in consumer.assignment():
                consumer.seek(partition, offset)

    async def _leave(self, member: Member) -> None:
        try:
            await member.leave()
        except Exception as error:  # a client that has died may raise any error
            log.warning("consumer not closed cleanly", extra={"error": type(error).__name__})

    def _forget_commits(self) -> None:
        """Cancel a commit that hangs in a client which has died: it would hold up the commits of the next client."""
        if self._committing is not None:
            self._committing.cancel()
        self._committing, self._one_commit = None, asyncio.Lock()
        self._to_commit.clear()
        self._committed.clear()


class _Revoked(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Commits the offsets of stored effects before partitions move to another member, which then repeats less."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Called before the group rebalances."""
        await self._consumer._flush()
        for partition in revoked:
            self._consumer._committed.pop(partition, None)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing to do: positions are read from the group's offsets."""
