"""Scenarios once each, under one seed; `python -m tests.faults.scenarios all --seeds 20` plays them again and again."""

from collections.abc import Iterator

import pytest

from deploy.local.servers import Servers
from tests.faults.scenarios.playing import SCENARIOS, play
from tests.faults.scenarios.site import Site

SEED = 1
DEAR = {"readiness-in-a-stall", "outage-in-few-lines"}
"""Left to the command: `test_hanging` and `test_logs` look at the same in less time."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Servers that all scenarios share, one after the other."""
    servers = Servers()
    site = Site(servers, tmp_path_factory.mktemp("scenarios"))
    yield site
    site.close()
    servers.close()


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in DEAR])
async def test_the_promises_hold(site: Site, name: str) -> None:
    played = await play(site, name, SEED)
    assert not played.wrong, played.wrong
