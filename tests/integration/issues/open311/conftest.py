"""A desk at a community that is served, and the whole service at an address."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from services.chassis.auth.development import DevelopmentIssuer
from services.issues.app import service
from services.issues.settings import IssuesSettings
from tests.integration import standing
from tests.integration.calling import Caller
from tests.integration.issues.calling import Api
from tests.integration.issues.open311.desk import V2, Desk, a_key, a_served_community
from tests.integration.issues.open311.serving import served


@pytest.fixture
async def places(api: Api) -> tuple[str, list[str]]:
    """The unit, and the buildings."""
    return await a_served_community(api)


@pytest.fixture
async def desk(api: Api, places: tuple[str, list[str]]) -> Desk:
    """A system with a key, at the gateway alone."""
    return Desk(api, (await a_key(api))["api_key"])


@dataclass
class City:
    """The service at an address, with a community and a key; `pipe` is answered by tokens, `noise` by nothing."""

    api: Api
    url: str
    key: str
    unit: str


@pytest.fixture
async def city(settings: IssuesSettings, kafka_bootstrap: str, topic_prefix: str) -> AsyncIterator[City]:
    own = settings.model_copy(update={"open311_batch": ("pipe",), "open311_blackbox": ("noise",)})
    async with (
        standing.whole(service, standing.on_topics(own, kafka_bootstrap, topic_prefix)) as transport,
        Caller(transport, DevelopmentIssuer(settings), "issues") as caller,
        served(transport.app) as url,
    ):
        api = Api(caller)
        unit, _ = await a_served_community(api)
        yield City(api, url + V2, (await a_key(api))["api_key"], unit)
