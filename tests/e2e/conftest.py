"""A house of its own for each test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.house import House, environment, running


@pytest.fixture
async def house(
    mongodb_url: str, kafka_bootstrap: str, topic_prefix: str, database: str, tmp_path: Path
) -> AsyncIterator[House]:
    """All four services in one process."""
    async with running(environment(mongodb_url, kafka_bootstrap, topic_prefix, database, tmp_path)) as house:
        yield house
