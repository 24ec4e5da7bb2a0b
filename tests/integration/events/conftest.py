"""The events service on the real servers: its store, its gateway alone, and the whole of it running."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.contracts.topics import ACTIVITIES
from services.events.activities.store import INDEXES, Store
from services.events.app import EventsSettings, rooms, service
from tests.integration import standing
from tests.integration.calling import Caller, Hand
from tests.integration.wire import Wire, wired
from tests.unit.events.given import HOME, NOW


@pytest.fixture
def hand() -> Hand:
    """The hand of the clock; tests move it."""
    return Hand(NOW)


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> EventsSettings:
    return standing.settings_for(EventsSettings, mongodb_url, database, development_key, relay_poll_seconds=0.05)


@pytest.fixture
async def runtime(settings: EventsSettings, hand: Hand) -> AsyncIterator[Runtime[EventsSettings]]:
    async with standing.runtime(settings, INDEXES, hand, kinds=service.kinds) as runtime:
        yield runtime


@pytest.fixture
def store(runtime: Runtime[EventsSettings]) -> Store:
    return Store.of(runtime)


@pytest.fixture
def opened(runtime: Runtime[EventsSettings]) -> Sequence[Room]:
    return rooms(runtime)


@pytest.fixture
async def api(settings: EventsSettings, opened: Sequence[Room]) -> AsyncIterator[Caller]:
    """The gateway, with nothing beside it that relays, subscribes or sweeps."""
    transport = standing.gateway(service, settings, standing.routers(opened))
    async with Caller(transport, DevelopmentIssuer(settings), "events") as api:
        yield api


@pytest.fixture
async def running(
    settings: EventsSettings, hand: Hand, kafka_bootstrap: str, topic_prefix: str
) -> AsyncIterator[tuple[Caller, Wire]]:
    """The whole service, and a wire to its topics."""
    async with (
        standing.whole(service, standing.on_topics(settings, kafka_bootstrap, topic_prefix), hand) as transport,
        wired(kafka_bootstrap, topic_prefix, ACTIVITIES, HOME) as wire,
        Caller(transport, DevelopmentIssuer(settings), "events") as api,
    ):
        yield api, wire
