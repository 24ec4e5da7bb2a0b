"""A desk at a community that is served."""

import pytest

from tests.integration.issues.calling import Api
from tests.integration.issues.open311.desk import Desk, a_key, a_served_community


@pytest.fixture
async def places(api: Api) -> tuple[str, list[str]]:
    """The unit, and the buildings."""
    return await a_served_community(api)


@pytest.fixture
async def desk(api: Api, places: tuple[str, list[str]]) -> Desk:
    """A system with a key, at the gateway alone."""
    return Desk(api, (await a_key(api))["api_key"])
