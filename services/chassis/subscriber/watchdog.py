"""Checks that the Kafka consumer and producer of this process still work, which their library doesn't tell.

A consumer is made anew, its batch under way finished or cut off, when
- a background task of it has died,
- Kafka doesn't count it among the members of its group, twice in a row,
- records lie before it, twice in a row, of which it has taken none meanwhile, while another consumer reads them.
Kafka is asked over a connection of its own (`witness`); while Kafka does not answer, nothing is concluded. A producer
is made anew when one of its background tasks has died.

Two faults end the process, by an error that says why: a consumer had to be made anew several times in a row without
taking a record; an effect has shown no sign of life for longer than a group waits for a member.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from services.chassis.kafka.producer import Producer
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.member import Member
from services.chassis.subscriber.witness import Witness

log = logging.getLogger(__name__)

_MENDS = 5
_HUNG = 660.0
"""Seconds without a sign of life: longer than `max_poll_interval_ms`, after which the group drops this member."""


class BeyondMending(Exception):
    """The consumer of this process can't be mended; a new process may work."""


@dataclass(slots=True)
class _Look:
    """Kafka's last answer, and which suspicions against the member it gave rise to."""

    positions: Mapping[TopicPartition, int] = field(default_factory=dict)
    stuck: frozenset[TopicPartition] = frozenset()
    missing: bool = False


class Watchdog:
    """Watches over one consumer.

    Args:
        every: seconds between two looks at its background tasks.
        ask_every: seconds between two questions to Kafka.
        hung: seconds without any sign of life after which a batch is given up, and the process with it.
    """

    def __init__(
        self, consumer: Consumer, witness: Witness, *, every: float = 1.0, ask_every: float = 15.0, hung: float = _HUNG
    ) -> None:
        self._consumer = consumer
        self._witness = witness
        self._every, self._ask_every, self._hung = every, ask_every, hung
        self._asked = time.monotonic()
        self._ailing: str | None = None
        self._last = _Look()
        self._mends = 0

    async def run(self) -> None:
        """Watch for ever.

        Raises:
            BeyondMending: the consumer can't be mended in this process.
        """
        while not self._consumer.intake.stopping.is_set():
            await asyncio.sleep(self._every)
            if (why := await self._ailment()) is not None:
                await self._mend(why)

    async def _ailment(self) -> str | None:
        member = self._consumer.member
        if member is None:
            return None
        self._look_for_hung()
        before, self._ailing = self._ailing, member.ailment()
        if before is not None and self._ailing is not None:
            return self._ailing
        if time.monotonic() - self._asked >= self._ask_every:
            suspicion = await self._ask(member)
            self._asked = time.monotonic()
            return suspicion
        return None

    def _look_for_hung(self) -> None:
        since = self._consumer.taking_since
        if since is not None and time.monotonic() - max(since, self._consumer.intake.stirred) > self._hung:
            raise BeyondMending(f"an effect has not come back for {self._hung:g} s")

    async def _ask(self, member: Member) -> str | None:
        """The fault that Kafka shows of `member` for the second time in a row; None where there is none."""
        busy = self._consumer.taking_since is not None
        positions = member.positions()
        seen = await self._witness.look(positions)
        before, self._last = self._last, _Look(positions)
        if seen is None or member is not self._consumer.member:
            return None
        self._last.missing = seen.members is not None and member.id not in seen.members
        if self._last.missing:
            return "Kafka does not know it as a member of its group" if before.missing else None
        behind = frozenset(p for p, at in positions.items() if seen.ends.get(p, 0) > at)
        if not busy and self._consumer.taking_since is None:
            self._last.stuck = frozenset(p for p in behind if before.positions.get(p) == positions[p])
        if any(before.positions.get(p, at) != at for p, at in positions.items()) or not behind:
            self._mends = 0
        for partition in self._last.stuck & before.stuck:
            if await self._witness.reads(partition, positions[partition]):
                return f"it takes nothing of {partition.topic} {partition.partition}, where there is something"
        return None

    async def _mend(self, why: str) -> None:
        if self._mends >= _MENDS:
            raise BeyondMending(f"the consumer was made anew {_MENDS} times in vain: {why}")
        self._mends += 1
        self._ailing, self._last = None, _Look()
        await self._consumer.remake(why)
        self._asked = time.monotonic()


async def keep_producer(producer: Producer, *, every: float = 1.0) -> None:
    """Check `producer` every `every` seconds, for ever, and make its client anew where that has died."""
    while True:
        await asyncio.sleep(every)
        if (why := producer.ailment()) is not None:
            log.error("the producer is made anew", extra={"why": why})
            await producer.renew()
