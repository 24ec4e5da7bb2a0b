"""The real servers, for every test that asks for one; none is started before.

A test shares Kafka and MongoDB with all others and keeps apart by the topic prefix and the database name it is given.
"""

import asyncio
import gc
import os
import secrets
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from hypothesis import HealthCheck, settings
from pymongo import MongoClient

from deploy.local import chromium as browser
from deploy.local.servers import Kafka, Killable, Mongo, Servers
from deploy.local.trouble import Trouble
from tests.desk import Addresses, Desk, Visitor

# Property tests ask whether something holds, not how fast: a busy machine must not fail them.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_SERVERS = pytest.StashKey[Servers]()
_DESK = pytest.StashKey[Desk]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SERVERS] = Servers()
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Thousands of tests and the modules that they test stay to the end: the collector need not walk through them again
    and again, as a service that has started does not walk through its own."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


class _ControllerOfWorkers:
    """Registered only where pytest-xdist runs, which knows its hook."""

    @pytest.hookimpl
    def pytest_configure_node(self, node: Any) -> None:
        config = node.config
        if _DESK not in config.stash:
            config.stash[_DESK] = Desk(config.stash[_SERVERS])
        node.workerinput["desk"] = (config.stash[_DESK].address, config.stash[_DESK].key)


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.pluginmanager.hasplugin("dsession"):
        session.config.pluginmanager.register(_ControllerOfWorkers())


def pytest_unconfigure(config: pytest.Config) -> None:
    if _DESK in config.stash:
        config.stash[_DESK].close()
    config.stash[_SERVERS].close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logs may hold half a character; pytest-xdist can't carry that, and its worker would die of it."""
    report = yield
    report.sections = [(title, text.encode(errors="replace").decode()) for title, text in report.sections]
    return report


def _addresses(config: pytest.Config) -> Addresses:
    told = getattr(config, "workerinput", {}).get("desk")
    return Visitor(*told) if told else config.stash[_SERVERS]


def _or_fail(get: Callable[[], str]) -> str:
    try:
        return get()
    except Trouble as trouble:
        pytest.fail(str(trouble), pytrace=False)


@pytest.fixture(scope="session")
def mongodb_url(pytestconfig: pytest.Config) -> str:
    """A MongoDB replica set. Use it with `database`.

    Unless it is one that is given (`MONGODB_URL`), it deletes nothing that has run out. Most tests have a clock of
    their own, and by the day's date, which MongoDB goes by, what they hold ran out long ago: once a minute it would be
    gone in the middle of a test.
    """
    url = _or_fail(_addresses(pytestconfig).mongodb)
    if not os.environ.get("MONGODB_URL"):
        with MongoClient[dict[str, Any]](url) as client:
            client.admin.command("setParameter", 1, ttlMonitorEnabled=False)
    return url


@pytest.fixture(scope="session")
def kafka_bootstrap(pytestconfig: pytest.Config) -> str:
    """A Kafka that creates no topics by itself. Use it with `topic_prefix`."""
    return _or_fail(_addresses(pytestconfig).kafka)


@pytest.fixture
def database(mongodb_url: str) -> Iterator[str]:
    """The name of a database of this test alone; whatever begins with it is dropped afterwards."""
    name = f"test_{secrets.token_hex(5)}"
    yield name
    with MongoClient[dict[str, Any]](mongodb_url) as client:
        for found in client.list_database_names():
            if found.startswith(name):
                client.drop_database(found)


@pytest.fixture
def topic_prefix(kafka_bootstrap: str) -> Iterator[str]:
    """Put before the topics and groups of this test alone; the topics are deleted afterwards."""
    prefix = f"t{secrets.token_hex(5)}."
    yield prefix
    deleting = threading.Thread(target=lambda: asyncio.run(_delete_topics(kafka_bootstrap, prefix)))
    deleting.start()  # a loop of its own: this one may be the test's
    deleting.join()


async def _delete_topics(bootstrap: str, prefix: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        topics = [topic for topic in await admin.list_topics() if topic.startswith(prefix)]
        if topics:
            await admin.delete_topics(topics)
    finally:
        await admin.close()


@pytest.fixture
def own_mongo(pytestconfig: pytest.Config) -> Iterator[Callable[[], Mongo]]:
    """Starts a MongoDB that the test may kill and start again."""
    started: list[Killable] = []

    def start() -> Mongo:
        server = pytestconfig.stash[_SERVERS].own_mongo()
        started.append(server)
        server.start()
        return server

    yield start
    _end(started)


@pytest.fixture
def own_kafka(pytestconfig: pytest.Config) -> Iterator[Callable[[], Kafka]]:
    """Starts a Kafka that the test may kill and start again."""
    started: list[Killable] = []

    def start() -> Kafka:
        server = pytestconfig.stash[_SERVERS].own_kafka()
        started.append(server)
        server.start()
        return server

    yield start
    _end(started)


def _end(started: list[Killable]) -> None:
    for server in started:
        server.thaw()
        server.kill()
        server.stop()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A Chromium that can show Chinese."""
    try:
        return browser.chromium()
    except Trouble as trouble:
        pytest.fail(str(trouble), pytrace=False)
