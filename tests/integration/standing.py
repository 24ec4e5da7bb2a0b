"""A service as tests stand it up: its settings, its parts on a store, its gateway alone, and the whole of it."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

import httpx
from fastapi import APIRouter

from services.chassis.auth.build import verifier_of
from services.chassis.clock import Clock, utc_now
from services.chassis.http.app import create_app
from services.chassis.kafka.topics import ensure_topics
from services.chassis.room import Room, open_rooms
from services.chassis.runtime import Runtime
from services.chassis.service import Service, build
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store import mongo
from services.chassis.store.aggregates import Committed, Kind
from services.chassis.store.journal import Journal
from services.chassis.subscriber.handlers import Handlers
from services.chassis.sweeper import Sweeping
from services.chassis.telemetry.metrics import Metrics

S = TypeVar("S", bound=ServiceSettings)

PARTITIONS = 2

Indexes: TypeAlias = Mapping[str, Sequence[mongo.IndexModel]]
"""Indexes by collection."""


def settings_for(kind: type[S], mongodb_url: str, database: str, development_key: Path, **more: Any) -> S:
    """Settings that name no Kafka, for what stands without it, and that limit no rate."""
    return kind(
        environment="test",
        mongodb_url=mongodb_url,
        database=database,
        kafka_bootstrap="127.0.0.1:9",
        auth_development_key=development_key,
        rate_limit_per_second=0,
        rate_limit_address_per_second=0,
        **more,
    )


@asynccontextmanager
async def runtime(
    settings: S,
    indexes: Indexes,
    clock: Clock = utc_now,
    *,
    kinds: Sequence[Kind[Any]],
) -> AsyncIterator[Runtime[S]]:
    """What a service puts itself together with: the indexes of its collections made, and nobody to be woken."""
    client = mongo.connect(settings.mongodb_url, application="tests")
    store = mongo.database(client, settings.database)
    await index(store, indexes)
    relays: dict[str, Committed] = defaultdict(lambda: lambda document: None)
    try:
        yield Runtime(settings, clock, store, Journal(store), Metrics(), relays, kinds)
    finally:
        client.close()


def indexes_of(rooms: Sequence[Room]) -> Indexes:
    """The indexes of all rooms, by collection."""
    return {collection: models for room in rooms for collection, models in room.indexes.items()}


_made = set[tuple[Any, str]]()
"""The indexes that this process has made, each with the id of its collection: a test may drop one and begin it anew."""


async def index(store: mongo.Database, indexes: Indexes) -> None:
    """Make the indexes that don't stand yet. In a database that tests take one after another most do."""
    ids = await _ids(store)
    missing = {
        collection: [model for model in models if (ids.get(collection), model.document["name"]) not in _made]
        for collection, models in indexes.items()
    }
    if any(missing.values()):
        for collection, models in missing.items():
            if models:
                await store[collection].create_indexes(models)
        ids = await _ids(store)
        _made.update((ids[at], model.document["name"]) for at, models in missing.items() for model in models)


async def _ids(store: mongo.Database) -> dict[str, Any]:
    """The ids of the collections."""
    return {each["name"]: each["info"].get("uuid") async for each in await store.list_collections()}


@dataclass(frozen=True)
class Opened(Generic[S]):
    """A service's rooms on a store."""

    runtime: Runtime[S]
    rooms: Sequence[Room]
    handlers: Handlers


@asynccontextmanager
async def opened(service: Service[S], settings: S, clock: Clock = utc_now) -> AsyncIterator[Opened[S]]:
    """A service's rooms, the indexes of each made. An erasure reaches them, but nothing runs by itself."""
    async with runtime(settings, {}, clock, kinds=service.kinds) as found:
        rooms = service.rooms(found)
        await index(found.database, indexes_of(rooms))
        yield Opened(found, rooms, open_rooms(rooms, found))


def routers(rooms: Sequence[Room]) -> list[APIRouter]:
    """The routes of all rooms."""
    return [router for room in rooms for router in room.routers]


def sweep(rooms: Sequence[Room], name: str) -> Sweeping:
    """The sweep of that name, whichever room it belongs to."""
    return next(sweep for room in rooms for sweep in room.sweeps if sweep.name == name)


def gateway(service: Service[Any], settings: ServiceSettings, routers: Sequence[APIRouter]) -> httpx.ASGITransport:
    """The gateway, with nothing beside it that relays, subscribes or sweeps."""
    app = create_app(service.name, service.title, settings, routers, verifier=verifier_of(settings), metrics=Metrics())
    return httpx.ASGITransport(app)


def on_topics(settings: S, kafka: str, prefix: str) -> S:
    """The same settings with Kafka: topics and groups under `prefix`."""
    return settings.model_copy(update={"kafka_bootstrap": kafka, "kafka_topic_prefix": prefix})


@asynccontextmanager
async def whole(
    service: Service[Any], settings: ServiceSettings, clock: Clock = utc_now
) -> AsyncIterator[httpx.ASGITransport]:
    """The gateway with everything that runs beside it, its topics made."""
    await ensure_topics(settings.kafka_bootstrap, prefix=settings.kafka_topic_prefix, partitions=PARTITIONS)
    app = build(service, settings, clock=clock)
    async with app.router.lifespan_context(app):
        yield httpx.ASGITransport(app)
