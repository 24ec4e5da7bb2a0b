"""Relay, subscriber and sweeps run in the background of a service's HTTP gateway: started behind it, stopped in order.

HTTP answers at once, whatever is away; each part joins when what it needs is there. A part that ends by an unexpected
error ends the process: an operator sees a restart, never a service that answers and no longer relays.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from aiokafka.errors import KafkaError

from services.chassis.bounded import within
from services.chassis.clock import Clock
from services.chassis.kafka.producer import Producer
from services.chassis.relay.relay import Lane, Relayed
from services.chassis.relay.watch import watch
from services.chassis.store.indexing import make_indexes
from services.chassis.store.lease import Lease
from services.chassis.store.mongo import Database, IndexModel, PyMongoError
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.watchdog import Watchdog, keep_producer
from services.chassis.subscriber.witness import Witness
from services.chassis.sweeper import Sweeping, sweep

log = logging.getLogger(__name__)
T = TypeVar("T")

_AGAIN = 1.0
_LOOK = 5.0
_STEP = 3.0

OF_REQUESTS = 0.5
OF_A_BATCH = 1 / 3
"""Shares of the time to end in which requests, and then the batch under way, may come to theirs."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Events committed and not yet relayed: aggregates that wait, and when the oldest event happened."""

    waiting: int
    oldest: datetime | None


class Background:
    """The background parts of one service in one process."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        producer: Producer,
        consumer: Consumer | None,
        leading: Lease,
        sweeping: Lease,
        lanes: Sequence[Lane],
        relayed: Relayed,
        indexes: dict[str, list[IndexModel]],
        sweeps: Sequence[Sweeping],
        tasks: Sequence[Callable[[], Awaitable[None]]] = (),
        on_death: Callable[[str], None],
    ) -> None:
        self.producer = producer
        self.consumer = consumer
        self.lanes = lanes
        self.relayed = relayed
        self.leading = leading
        self.sweeping = sweeping
        self.look: Callable[[], Awaitable[None]] | None = None
        self.indexed = False
        self.joined = False
        self._database = database
        self._clock = clock
        self._indexes = indexes
        self._sweeps = sweeps
        self._tasks = tasks
        self._on_death = on_death
        self._running: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()

    def start(self) -> None:
        """Start every part; returns at once."""
        self._spawn("parts", self._start_parts())

    async def stop(self) -> None:
        """Finish the batch under way, disconnect, give the leases up; no step waits for longer than its time.

        The relay's lease runs out by itself where it isn't known what became of something sent: this tells the next
        leader that there is something to doubt.
        """
        if self.consumer is not None:
            await self.consumer.stop()
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_STEP)
        if self.sweeping.held:
            await _step(self.sweeping.release())
        known = await _step(self.producer.stop())
        if known and self.leading.held and all(lane.clean for lane in self.lanes):
            await _step(self.leading.release())

    async def ask_store(self) -> None:
        """Returns once the store has answered.

        Raises:
            PyMongoError: it does not.
        """
        await self._database.command("ping")

    async def backlog(self) -> Backlog:
        """The events that wait in the outboxes of the whole service, whichever process leads.

        Raises:
            PyMongoError: the store does not answer.
        """
        waiting, oldest = 0, None
        for lane in self.lanes:
            count, first = await lane.backlog()
            waiting += count
            if first is not None and (oldest is None or first < oldest):
                oldest = first
        return Backlog(waiting, oldest)

    async def _start_parts(self) -> None:
        await self._make_indexes()
        self._spawn("producer", self._keep_connected())
        self._spawn("leading", self.leading.keep(self._changed))
        self._spawn("woken", self._wake_on_change())
        wakes = {lane.collection_name: lane.nudge for lane in self.lanes}
        self._spawn("watch", watch(self._database, self.leading, wakes))
        for lane in self.lanes:
            self._spawn(f"relay of {lane.kind.name}", lane.run())
        if self._sweeps:
            self._spawn("sweeping", self.sweeping.keep(asyncio.Event()))
        for task in self._sweeps:
            self._spawn(f"sweep {task.name}", sweep(task, self.sweeping, self._clock))
        self._spawn("figures", self._look_now_and_then())
        for other in self._tasks:
            self._spawn(getattr(other, "__name__", "task"), _run(other))
        if self.consumer is not None:
            await self.producer.connected.wait()
            await self.consumer.run()
            self._spawn("watch over the consumer", Watchdog(self.consumer, Witness(self.consumer.group)).run())
        self.joined = True

    async def _keep_connected(self) -> None:
        await self.producer.run()
        await keep_producer(self.producer)

    async def _make_indexes(self) -> None:
        while not self.indexed:
            try:
                await make_indexes(self._database, self._indexes)
                self.indexed = True
            except PyMongoError as error:
                log.warning("indexes not made, trying again", extra={"error": type(error).__name__})
                await asyncio.sleep(_AGAIN)

    async def _look_now_and_then(self) -> None:
        """Sample the figures that cost a question."""
        while self.look is not None:
            try:
                await self.look()
            except (PyMongoError, KafkaError, TimeoutError) as error:
                log.warning("figures not sampled", extra={"error": type(error).__name__})
            await asyncio.sleep(_LOOK)

    async def _wake_on_change(self) -> None:
        """A new leader looks at once; so does everyone when Kafka connects."""
        await self.producer.connected.wait()
        while True:
            for lane in self.lanes:
                lane.nudge()
            self._changed.clear()
            await self._changed.wait()

    def _spawn(self, name: str, part: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(part, name=name)
        task.add_done_callback(self._ended)
        self._running.append(task)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.critical("a part of the service died", extra={"part": task.get_name()}, exc_info=error)
        self._on_death(task.get_name())


async def _step(step: Coroutine[Any, Any, T]) -> T | None:
    """Carry out one step of stopping; None if the step takes too long."""
    try:
        return await within(_STEP, step)
    except TimeoutError:
        log.warning("a step of the end took too long, going on")
        return None


async def _run(task: Callable[[], Awaitable[None]]) -> None:
    await task()
