"""Tells what a replica is ready for, by facts of its work and not by a ping, and gives the same facts as metrics.

To take commands: the store answers, the indexes are made, and what the service's rooms need is there. While Kafka is
away, commands go on; their events wait in the store. To consume: no event waits too long for Kafka, the consumer
group is joined, and the subscriber has not been too far behind for too long. To be read: the facts that the service's
rooms give of work that follows late.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.errors import KafkaError

from services.chassis.background import Background, Backlog
from services.chassis.clock import Clock
from services.chassis.http.probes import Checks, Fact, Purpose, ReadinessCheck
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.mongo import PyMongoError
from services.chassis.telemetry import figures
from services.chassis.telemetry.metrics import Metrics

_FRESH = 2.0


class _Remembered:
    """A fact that costs a question, asked again when it is older than some seconds."""

    def __init__(self, ask: Callable[[], Awaitable[Any]]) -> None:
        self._ask = ask
        self._until = 0.0
        self._value: Any = None

    async def get(self) -> Any:
        if time.monotonic() >= self._until:
            self._value = await self._ask()
            self._until = time.monotonic() + _FRESH
        return self._value


def checks(
    background: Background,
    settings: ServiceSettings,
    clock: Clock,
    reading: Sequence[ReadinessCheck] = (),
    commands: Sequence[ReadinessCheck] = (),
) -> Checks:
    """The readiness checks of a service; `reading` and `commands` are those of its own rooms."""
    backlog = _Remembered(background.backlog)
    lag = _Lag(background, settings)

    async def store() -> Fact:
        began = time.monotonic()
        try:
            await background.ask_store()
        except PyMongoError as error:
            return Fact(False, f"does not answer: {type(error).__name__}")
        return Fact(True, "milliseconds until it answered", round((time.monotonic() - began) * 1000, 1))

    async def indexes() -> Fact:
        return Fact(background.indexed, "are made" if background.indexed else "are being made")

    async def relay() -> Fact:
        try:
            waiting: Backlog = await backlog.get()
        except PyMongoError as error:
            return Fact(False, f"the store does not answer: {type(error).__name__}")
        age = 0.0 if waiting.oldest is None else max(0.0, (clock() - waiting.oldest).total_seconds())
        return Fact(
            age <= settings.oldest_unsent_seconds, "seconds that the oldest event waits for Kafka", round(age, 1)
        )

    async def subscriber() -> Fact:
        consumer = background.consumer
        if consumer is None:
            return Fact(True, "subscribes to nothing", 0)
        if not background.joined or consumer.member is None:
            return Fact(False, "has not joined its group yet", 0)
        if (ailment := consumer.member.ailment()) is not None:
            return Fact(False, f"is about to be made anew: {ailment}", len(consumer.assigned))
        return Fact(True, "partitions assigned", len(consumer.assigned))

    return {
        Purpose.COMMANDS: [_Check("store", store), _Check("indexes", indexes), *commands],
        Purpose.CONSUMING: [_Check("relay", relay), _Check("subscriber", subscriber), _Check("lag", lag.check)],
        Purpose.READING: reading,
    }


@dataclass(frozen=True, slots=True)
class _Check:
    name: str
    look: Callable[[], Awaitable[Fact]]

    async def check(self) -> Fact:
        return await self.look()


class _Lag:
    def __init__(self, background: Background, settings: ServiceSettings) -> None:
        self._background = background
        self._settings = settings
        self._ask = _Remembered(self._records)
        self._behind_since: float | None = None

    async def check(self) -> Fact:
        try:
            records = await self._ask.get()
        except (KafkaError, TimeoutError) as error:
            return Fact(False, f"not known, Kafka does not answer: {type(error).__name__}")
        if records <= self._settings.lag_records:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = time.monotonic()
        behind = 0.0 if self._behind_since is None else time.monotonic() - self._behind_since
        return Fact(behind <= self._settings.lag_seconds, "records before the subscriber", records)

    async def _records(self) -> int:
        consumer = self._background.consumer
        return 0 if consumer is None else sum((await consumer.lag()).values())


@dataclass(slots=True)
class _Sample:
    """The result of the last look at the outboxes and the topics, from which metrics are read without waiting."""

    backlog: dict[tuple[str, ...], float]
    oldest: float
    lag: dict[tuple[str, ...], float]


def watch_figures(metrics: Metrics, background: Background, clock: Clock) -> Callable[[], Awaitable[None]]:
    """Show what the background counts on the figures page.

    Returns what must run to sample the figures that cost a question to the store or to Kafka.
    """
    sample = _Sample({}, 0.0, {})
    relayed = background.relayed
    metrics.watch(figures.RELAY_BACKLOG, lambda: sample.backlog)
    metrics.watch(figures.RELAY_OLDEST, lambda: {(): sample.oldest})
    metrics.watch(figures.RELAY_LEADING, lambda: {(): float(background.leading.held)})
    metrics.watch(figures.RELAY_PUBLISHED, lambda: {(kind,): float(n) for kind, n in relayed.published.items()})
    metrics.watch(figures.RELAY_FAILED, lambda: {(kind,): float(n) for kind, n in relayed.failed.items()})
    consumer = background.consumer
    if consumer is not None:
        counts = consumer.intake.counts
        metrics.watch(figures.SUBSCRIBER_LAG, lambda: sample.lag)
        metrics.watch(figures.SUBSCRIBER_RECEIVED, lambda: {(): float(counts.received)})
        metrics.watch(figures.SUBSCRIBER_EFFECTS, lambda: {(): float(counts.effects)})
        metrics.watch(figures.SUBSCRIBER_RETRIES, lambda: {(): float(counts.retries)})
        metrics.watch(figures.SUBSCRIBER_DEAD_LETTERS, lambda: {(): float(counts.dead_letters)})

    async def look() -> None:
        backlog: dict[tuple[str, ...], float] = {}
        ages = [0.0]
        for lane in background.lanes:
            waiting, oldest = await lane.backlog()
            backlog[(lane.kind.name,)] = float(waiting)
            if oldest is not None:
                ages.append((clock() - oldest).total_seconds())
        sample.backlog, sample.oldest = backlog, max(ages)
        if consumer is not None:
            sample.lag = {(tp.topic, str(tp.partition)): float(n) for tp, n in (await consumer.lag()).items()}

    return look
