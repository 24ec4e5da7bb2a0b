"""The events service on the real servers: its store, its gateway alone, and the whole of it running."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from services.chassis import mongo
from services.chassis.auth.build import verifier_of
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.http.app import create_app
from services.chassis.journal import Journal
from services.chassis.service import Runtime, Wiring, build
from services.chassis.telemetry.metrics import Metrics
from services.chassis.topics import ensure_topics
from services.events.app import EventsSettings, service, wire
from services.events.store import INDEXES, Store
from tests.integration.events.calling import Api, Hand
from tests.integration.events.wire import Wire, wired
from tests.unit.events.given import NOW


@pytest.fixture
def hand() -> Hand:
    """The hand of the clock; tests move it."""
    return Hand(NOW)


@pytest.fixture(scope="session")
def development_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("issuer") / "key.json"


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> EventsSettings:
    return EventsSettings(
        environment="test",
        mongodb_url=mongodb_url,
        database=database,
        kafka_bootstrap="127.0.0.1:9",
        auth_development_key=development_key,
        rate_limit_per_second=0,
        rate_limit_address_per_second=0,
        relay_poll_seconds=0.05,
    )


@pytest.fixture
async def runtime(settings: EventsSettings, hand: Hand) -> AsyncIterator[Runtime]:
    client = mongo.connect(settings.mongodb_url, application="events-tests")
    database = mongo.database(client, settings.database)
    for collection, models in INDEXES.items():
        await database[collection].create_indexes(list(models))
    wakes: dict[str, Callable[[], None]] = defaultdict(lambda: lambda: None)
    yield Runtime(settings, hand, database, Journal(database), Metrics(), wakes)
    client.close()


@pytest.fixture
def store(runtime: Runtime) -> Store:
    return Store.of(runtime)


@pytest.fixture
def parts(runtime: Runtime) -> Wiring:
    return wire(runtime)


@pytest.fixture
async def api(settings: EventsSettings, parts: Wiring) -> AsyncIterator[Api]:
    """The gateway, with nothing beside it that relays, subscribes or sweeps."""
    app = create_app("events", "events", settings, parts.routers, verifier=verifier_of(settings), metrics=Metrics())
    api = Api(httpx.ASGITransport(app), DevelopmentIssuer(settings))
    yield api
    await api.close()


@pytest.fixture
async def running(
    settings: EventsSettings, hand: Hand, kafka_bootstrap: str, topic_prefix: str
) -> AsyncIterator[tuple[Api, Wire]]:
    """The whole service, and a wire to its topics."""
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix, partitions=1)
    whole = settings.model_copy(update={"kafka_bootstrap": kafka_bootstrap, "kafka_topic_prefix": topic_prefix})
    app = build(service, whole, clock=hand)
    async with app.router.lifespan_context(app), wired(kafka_bootstrap, topic_prefix) as wire:
        api = Api(httpx.ASGITransport(app), DevelopmentIssuer(whole))
        yield api, wire
        await api.close()
