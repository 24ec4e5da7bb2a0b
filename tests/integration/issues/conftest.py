"""The service in a database of the test's own: its store, its gateway, and the whole of it with Kafka."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from services.chassis import mongo
from services.chassis.auth.build import verifier_of
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.clock import utc_now
from services.chassis.http.app import create_app
from services.chassis.journal import Journal
from services.chassis.service import Runtime, build
from services.chassis.telemetry.metrics import Metrics
from services.chassis.topics import ensure_topics
from services.contracts.topics import ISSUES, NOTICES
from services.issues.api import routers
from services.issues.app import IssuesSettings, service
from services.issues.store import INDEXES, Store
from tests.integration.issues.calling import Api
from tests.integration.issues.listening import PARTITIONS, Running


@pytest.fixture
async def db(mongodb_url: str, database: str) -> AsyncIterator[mongo.Database]:
    client = mongo.connect(mongodb_url, application="issues-tests")
    yield mongo.database(client, database)
    client.close()


@pytest.fixture
async def store(db: mongo.Database) -> Store:
    wakes: dict[str, Callable[[], None]] = defaultdict(lambda: lambda: None)
    store = Store.of(Runtime(None, utc_now, db, Journal(db), Metrics(), wakes))
    for collection, models in INDEXES.items():
        await db[collection].create_indexes(list(models))
    return store


@pytest.fixture(scope="session")
def development_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("issuer") / "key.json"


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> IssuesSettings:
    """Settings that name no Kafka: for what stands without it."""
    return IssuesSettings(
        environment="test",
        mongodb_url=mongodb_url,
        database=database,
        kafka_bootstrap="127.0.0.1:9",
        auth_development_key=development_key,
        rate_limit_per_second=0,
        rate_limit_address_per_second=0,
        kafka_session_seconds=6,
    )


@pytest.fixture
async def api(store: Store, settings: IssuesSettings) -> AsyncIterator[Api]:
    """The gateway on the store, with nothing beside it that relays or subscribes."""
    app = create_app("issues", "issues", settings, routers(store), verifier=verifier_of(settings), metrics=Metrics())
    api = Api(httpx.ASGITransport(app), DevelopmentIssuer(settings))
    yield api
    await api.close()


@pytest.fixture
async def running(settings: IssuesSettings, kafka_bootstrap: str, topic_prefix: str) -> AsyncIterator[Running]:
    """The whole service on the real servers, relay and subscribers with it."""
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix, topics=(ISSUES, NOTICES), partitions=PARTITIONS)
    whole = settings.model_copy(update={"kafka_bootstrap": kafka_bootstrap, "kafka_topic_prefix": topic_prefix})
    app = build(service, whole)
    async with app.router.lifespan_context(app):
        api = Api(httpx.ASGITransport(app), DevelopmentIssuer(settings))
        yield Running(api, kafka_bootstrap, topic_prefix)
        await api.close()
