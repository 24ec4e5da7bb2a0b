"""The events service on the real servers: its rooms on a store, its gateway alone, and the whole of it running."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates
from services.contracts.topics import ACTIVITIES
from services.events.activities.domain.activity import Activity
from services.events.activities.store import ACTIVITY
from services.events.app import service
from services.events.series.domain.series import Series
from services.events.series.store import SERIES
from services.events.settings import EventsSettings
from tests.integration import standing
from tests.integration.calling import Caller, Hand
from tests.integration.events.racing import Replica, replica
from tests.integration.standing import Opened
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
async def standing_service(settings: EventsSettings, hand: Hand) -> AsyncIterator[Opened[EventsSettings]]:
    async with standing.opened(service, settings, hand) as opened:
        yield opened


@pytest.fixture
def runtime(standing_service: Opened[EventsSettings]) -> Runtime[EventsSettings]:
    return standing_service.runtime


@pytest.fixture
def opened(standing_service: Opened[EventsSettings]) -> Sequence[Room]:
    return standing_service.rooms


@pytest.fixture
def activities(runtime: Runtime[EventsSettings]) -> Aggregates[Activity]:
    return runtime.aggregates(ACTIVITY)


@pytest.fixture
def series(runtime: Runtime[EventsSettings]) -> Aggregates[Series]:
    return runtime.aggregates(SERIES)


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


@pytest.fixture
async def replicas(settings: EventsSettings) -> AsyncIterator[tuple[Replica, Replica]]:
    """Two processes' worth of the service on one store."""
    async with replica(settings) as one, replica(settings) as other:
        yield one, other
