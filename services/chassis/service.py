"""Puts a service together: its settings, aggregates, gateway, handlers and sweeps become one ASGI application.

A service's `app.py` holds one `Service`, which lists its rooms.
"""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from fastapi import FastAPI

from services.chassis.aggregate import Aggregate
from services.chassis.auth.build import verifier_of
from services.chassis.background import OF_A_BATCH, Background
from services.chassis.clock import Clock, clock_at
from services.chassis.http.app import create_app
from services.chassis.http.shared_validators import share_validators
from services.chassis.kafka.producer import Producer
from services.chassis.readiness import checks, watch_figures
from services.chassis.relay.relay import Lane, Relayed
from services.chassis.relay.republish import RepublishRequests
from services.chassis.room import Room, open_rooms
from services.chassis.runtime import Runtime
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.aggregates import Kind
from services.chassis.store.gone import COLLECTION as TOMBSTONES
from services.chassis.store.gone import INDEXES as TOMBSTONE_INDEXES
from services.chassis.store.gone import GoneAgain
from services.chassis.store.gone_ahead import GoneAhead
from services.chassis.store.journal import INDEXES as JOURNAL_INDEXES
from services.chassis.store.journal import Journal
from services.chassis.store.lease import Lease
from services.chassis.store.mongo import Database, IndexModel, connect, database
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.handlers import Handlers
from services.chassis.subscriber.intake import Intake
from services.chassis.telemetry.export import export_spans
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.serving import Serving, serve_as
from services.chassis.telemetry.trace import span_from

log = logging.getLogger(__name__)

A = TypeVar("A", bound=Aggregate)


S = TypeVar("S", bound=ServiceSettings)
S_co = TypeVar("S_co", bound=ServiceSettings, covariant=True)


@dataclass(frozen=True, slots=True)
class Service(Generic[S]):
    """One service. `kinds` are the aggregates that it owns; `rooms` opens its rooms, in their order."""

    name: str
    title: str
    settings: type[S]
    kinds: tuple[Kind[Any], ...]
    rooms: Callable[[Runtime[S]], Sequence[Room]]

    def __post_init__(self) -> None:
        share_validators()  # before the first room makes its routes


def die(part: str) -> None:
    """End the process as a signal would: connections are closed, leases given up, and the supervisor starts anew."""
    os.kill(os.getpid(), signal.SIGTERM)


def build(
    service: Service[Any],
    settings: ServiceSettings,
    *,
    clock: Clock | None = None,
    on_death: Callable[[str], None] = die,
) -> FastAPI:
    """The application of `service`. What it does in the background starts and stops with the application's lifespan.

    Raises:
        ConfigurationError, InvalidURI: MONGODB_URL can't be read.
        NotInProduction: the development issuer is named in production.
        ForgetsNobody, WrongKinds: the rooms don't fit the service.
    """
    metrics = Metrics()
    clock = clock or clock_at(settings.development_clock)
    client = connect(settings.mongodb_url, application=f"community-{service.name}")
    store = database(client, settings.database)
    runtime = Runtime(settings, clock, store, Journal(store), metrics, {}, service.kinds)
    rooms = service.rooms(runtime)
    background = _background(service, settings, runtime, rooms, on_death)
    runtime.relays.update({lane.collection_name: lane.committed for lane in background.lanes})
    background.look = watch_figures(metrics, background, clock)
    export = export_spans(service.name, settings.otlp_endpoint, ratio=settings.trace_ratio)
    serving = Serving(service.name, export.tracer if export is not None else None)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        serve_as(serving)
        background.start()
        try:
            yield
        finally:
            await background.stop()
            client.close()
            if export is not None:
                await asyncio.to_thread(export.close)

    return create_app(
        service.name,
        service.title,
        settings,
        [router for room in rooms for router in room.routers],
        verifier=verifier_of(settings),
        metrics=metrics,
        checks=checks(
            background,
            settings,
            clock,
            reading=[fact for room in rooms for fact in room.facts],
            commands=[need for room in rooms for need in room.needs],
        ),
        serving=serving,
        lifespan=lifespan,
    )


def indexes_of(service: Service[Any], settings: ServiceSettings, store: Database) -> Mapping[str, Sequence[IndexModel]]:
    """The indexes that `service` asks for, by collection of `store`."""
    runtime = Runtime(
        settings, clock_at(settings.development_clock), store, Journal(store), Metrics(), {}, service.kinds
    )
    return _indexes(service, runtime, service.rooms(runtime))


def _background(
    service: Service[Any],
    settings: ServiceSettings,
    runtime: Runtime[Any],
    rooms: Sequence[Room],
    on_death: Callable[[str], None],
) -> Background:
    store, clock = runtime.database, runtime.clock
    producer = Producer(
        settings.kafka_bootstrap,
        client_id=f"community-{service.name}",
        time_out=settings.kafka_send_seconds,
        access=settings.kafka_access,
    )
    ttl = timedelta(seconds=settings.relay_lease_seconds)
    leading, relayed = Lease(store, "relay", ttl=ttl), Relayed()
    lanes = [
        Lane(
            kind,
            store[kind.collection],
            runtime.journal,
            producer,
            leading,
            RepublishRequests(store),
            prefix=settings.kafka_topic_prefix,
            relayed=relayed,
            poll=settings.relay_poll_seconds,
            share=n / len(service.kinds),
            doubt=2 * settings.kafka_send_seconds,
            clock=clock,
        )
        for n, kind in enumerate(service.kinds)
    ]
    ahead = GoneAhead(runtime.gone)
    return Background(
        database=store,
        clock=clock,
        producer=producer,
        consumer=_consumer(service, settings, runtime, open_rooms(rooms, runtime), producer),
        leading=leading,
        sweeping=Lease(store, "sweeps", ttl=ttl),
        lanes=lanes,
        relayed=relayed,
        indexes=_indexes(service, runtime, rooms),
        sweeps=(*(sweep for room in rooms for sweep in room.sweeps), GoneAgain(runtime.gone)),
        tasks=(
            *(task for room in rooms for task in room.tasks),
            ahead.read_tombstones,
            ahead.read_all_tombstones,
            ahead.erase_late,
        ),
        on_death=on_death,
    )


def _consumer(
    service: Service[Any],
    settings: ServiceSettings,
    runtime: Runtime[Any],
    handlers: Handlers,
    producer: Producer,
) -> Consumer | None:
    if not handlers.topics:
        return None
    group = f"{settings.kafka_topic_prefix}community.{service.name}"
    intake = Intake(
        group,
        handlers,
        runtime.database,
        producer,
        runtime.clock,
        span=_span,
        side_by_side=settings.subscriber_concurrency,
        wait_for_others=settings.subscriber_patience_seconds,
        gone=runtime.gone,
    )
    return Consumer(
        settings.kafka_bootstrap,
        intake,
        [settings.kafka_topic_prefix + topic for topic in handlers.topics],
        group=group,
        instance=settings.kafka_group_instance,
        graceful=settings.shutdown_seconds * OF_A_BATCH,
        session_timeout=settings.kafka_session_seconds,
        access=settings.kafka_access,
    )


def _span(traceparent: str | None, name: str) -> AbstractContextManager[str | None]:
    return span_from(traceparent, name)


def _indexes(service: Service[Any], runtime: Runtime[Any], rooms: Sequence[Room]) -> dict[str, list[IndexModel]]:
    indexes = {kind.collection: runtime.aggregates(kind).indexes() for kind in service.kinds}
    indexes |= {"journal": list(JOURNAL_INDEXES), TOMBSTONES: list(TOMBSTONE_INDEXES)}
    for room in rooms:
        for collection, models in room.indexes.items():
            indexes.setdefault(collection, []).extend(models)
    return indexes
