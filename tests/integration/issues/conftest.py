"""The service in a database of the test's own: its store, its gateway, and the whole of it with Kafka."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.room import Room, open_rooms
from services.chassis.runtime import Runtime
from services.chassis.store.mongo import Database
from services.chassis.subscriber.handlers import Handlers
from services.issues.app import service
from services.issues.settings import IssuesSettings
from tests.integration import standing
from tests.integration.calling import Caller
from tests.integration.issues.calling import Api, a_community
from tests.integration.issues.kept import Kept
from tests.integration.issues.listening import Running
from tests.integration.issues.opening import called, indexed


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> IssuesSettings:
    """Settings that name no Kafka: for what stands without it."""
    return standing.settings_for(IssuesSettings, mongodb_url, database, development_key, kafka_session_seconds=6)


@pytest.fixture
async def runtime(settings: IssuesSettings) -> AsyncIterator[Runtime[IssuesSettings]]:
    async with indexed(settings) as runtime:
        yield runtime


@pytest.fixture
def db(runtime: Runtime[IssuesSettings]) -> Database:
    return runtime.database


@pytest.fixture
def store(runtime: Runtime[IssuesSettings]) -> Kept:
    return Kept.of(runtime)


@pytest.fixture
def opened(runtime: Runtime[IssuesSettings]) -> Sequence[Room]:
    """The rooms of the service."""
    return service.rooms(runtime)


@pytest.fixture
def handlers(opened: Sequence[Room], runtime: Runtime[IssuesSettings]) -> Handlers:
    """The handlers of all rooms."""
    return open_rooms(opened, runtime)


@pytest.fixture
async def api(opened: Sequence[Room], settings: IssuesSettings) -> AsyncIterator[Api]:
    """The gateway of the rooms, with nothing beside it that relays or subscribes."""
    async with called(opened, settings) as api:
        yield api


@pytest.fixture
async def running(settings: IssuesSettings, kafka_bootstrap: str, topic_prefix: str) -> AsyncIterator[Running]:
    """The whole service on the real servers, relay and subscribers with it."""
    async with (
        standing.whole(service, standing.on_topics(settings, kafka_bootstrap, topic_prefix)) as transport,
        Caller(transport, DevelopmentIssuer(settings), "issues") as caller,
    ):
        yield Running(Api(caller), kafka_bootstrap, topic_prefix)


@pytest.fixture
async def unit_and_houses(api: Api) -> tuple[str, list[str]]:
    """A unit that handles, and houses of the community."""
    return await a_community(api)
