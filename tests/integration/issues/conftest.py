"""A database of its own for each test, with the indexes of the service, and the service's store on it."""

import os
import uuid
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
from services.chassis.service import Runtime
from services.chassis.telemetry.metrics import Metrics
from services.issues.api import routers
from services.issues.app import IssuesSettings
from services.issues.store import INDEXES, Store
from tests.integration.issues.calling import Api


@pytest.fixture(scope="session")
def mongodb_url() -> str:
    return os.environ.get("MONGODB_URL", "mongodb://127.0.0.1:27117/?replicaSet=rs0")


@pytest.fixture(scope="session")
def kafka_bootstrap() -> str:
    return os.environ.get("KAFKA_BOOTSTRAP", "127.0.0.1:19092")


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[mongo.Database]:
    client = mongo.connect(mongodb_url, application="issues-tests")
    name = f"issues_{uuid.uuid4().hex[:10]}"
    yield mongo.database(client, name)
    await client.drop_database(name)
    client.close()


@pytest.fixture
async def store(database: mongo.Database) -> Store:
    wakes: dict[str, Callable[[], None]] = defaultdict(lambda: lambda: None)
    store = Store.of(Runtime(None, utc_now, database, Journal(database), Metrics(), wakes))
    for collection, models in INDEXES.items():
        await database[collection].create_indexes(list(models))
    return store


@pytest.fixture(scope="session")
def development_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("issuer") / "key.json"


@pytest.fixture
def settings(mongodb_url: str, kafka_bootstrap: str, development_key: Path, database: mongo.Database) -> IssuesSettings:
    return IssuesSettings(
        environment="test",
        mongodb_url=mongodb_url,
        database=database.name,
        kafka_bootstrap=kafka_bootstrap,
        auth_development_key=development_key,
        rate_limit_per_second=0,
        rate_limit_address_per_second=0,
    )


@pytest.fixture
async def api(store: Store, settings: IssuesSettings) -> AsyncIterator[Api]:
    """The gateway on the store, with nothing beside it that relays or subscribes."""
    app = create_app("issues", "issues", settings, routers(store), verifier=verifier_of(settings), metrics=Metrics())
    api = Api(httpx.ASGITransport(app), DevelopmentIssuer(settings))
    yield api
    await api.close()
