"""The volunteers service on the real servers: its store, its gateway alone, and the whole of it running."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.chassis import mongo
from services.chassis.auth.build import verifier_of
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.http.app import create_app
from services.chassis.journal import Journal
from services.chassis.service import Runtime, build
from services.chassis.telemetry.metrics import Metrics
from services.chassis.topics import ensure_topics
from services.volunteers.api import routers
from services.volunteers.app import VolunteersSettings, service
from services.volunteers.staffing import Staffing
from services.volunteers.store import INDEXES, Store
from tests.integration.volunteers.calling import Api, Hand
from tests.integration.volunteers.wire import Wire, wired
from tests.unit.volunteers.world import NOW


@pytest.fixture
def hand() -> Hand:
    """The hand of the clock; tests move it."""
    return Hand(NOW)


@pytest.fixture(scope="session")
def development_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("issuer") / "key.json"


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> VolunteersSettings:
    return VolunteersSettings(
        environment="test",
        mongodb_url=mongodb_url,
        database=database,
        kafka_bootstrap="127.0.0.1:9",
        auth_development_key=development_key,
        rate_limit_per_second=0,
        rate_limit_address_per_second=0,
        relay_poll_seconds=0.05,
        staffing_seconds=0.5,
    )


@pytest.fixture
async def store(settings: VolunteersSettings, hand: Hand) -> AsyncIterator[Store]:
    client = mongo.connect(settings.mongodb_url, application="volunteers-tests")
    database = mongo.database(client, settings.database)
    for collection, models in INDEXES.items():
        await database[collection].create_indexes(list(models))
    wakes: dict[str, Callable[[], None]] = defaultdict(lambda: lambda: None)
    yield Store.of(Runtime(settings, hand, database, Journal(database), Metrics(), wakes))
    client.close()


@pytest.fixture
def staffing(store: Store) -> Staffing:
    return Staffing(store, offer_stands=timedelta(hours=24), every=timedelta(seconds=15))


@pytest.fixture
async def api(settings: VolunteersSettings, store: Store, staffing: Staffing) -> AsyncIterator[Api]:
    """The gateway, with nothing beside it that relays, subscribes, sweeps or matches."""
    gateway = routers(store, staffing)
    app = create_app("volunteers", "volunteers", settings, gateway, verifier=verifier_of(settings), metrics=Metrics())
    api = Api(httpx.ASGITransport(app), DevelopmentIssuer(settings))
    yield api
    await api.close()


@pytest.fixture
async def running(
    settings: VolunteersSettings, hand: Hand, kafka_bootstrap: str, topic_prefix: str
) -> AsyncIterator[tuple[Api, Wire]]:
    """The whole service, and a wire to its topics."""
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix, partitions=2)
    whole = settings.model_copy(update={"kafka_bootstrap": kafka_bootstrap, "kafka_topic_prefix": topic_prefix})
    app = build(service, whole, clock=hand)
    async with app.router.lifespan_context(app), wired(kafka_bootstrap, topic_prefix) as wire:
        api = Api(httpx.ASGITransport(app), DevelopmentIssuer(whole))
        yield api, wire
        await api.close()
