"""What the services' tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.databases import Databases

_OF_THEIR_OWN = frozenset({"topic_prefix", "kafka_bootstrap"})
"""Tests that ask for one of these run a service whole: what it writes late must reach nobody else."""


@pytest.fixture(scope="session")
def development_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the development issuer of this run keeps its key."""
    return tmp_path_factory.mktemp("issuer") / "key.json"


@pytest.fixture(scope="session")
def databases(mongodb_url: str) -> Iterator[Databases]:
    """The databases that tests of this process take one after another."""
    databases = Databases(mongodb_url)
    yield databases
    databases.close()


@pytest.fixture
def database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """The name of an empty database, of this test alone while it runs."""
    service = request.path.relative_to(Path(__file__).parent).with_suffix("").parts[0]
    alone = service == "chassis" or not _OF_THEIR_OWN.isdisjoint(request.fixturenames)
    with databases.own() if alone else databases.lent(service) as name:
        yield name
