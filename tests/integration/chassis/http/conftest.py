"""A shop for each test, on the shared MongoDB."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.chassis.store import mongo
from tests.integration.chassis.http.shop import Shop


@pytest.fixture
async def store(mongodb_url: str, database: str) -> AsyncIterator[mongo.Database]:
    client = mongo.connect(mongodb_url, application="http-tests")
    yield mongo.database(client, database)
    client.close()


@pytest.fixture
def shop(store: mongo.Database, tmp_path: Path) -> Shop:
    return Shop(store, tmp_path)


@pytest.fixture
def caller(shop: Shop) -> httpx.AsyncClient:
    return shop.caller()
