"""`docker kill` of one container after another under load: all comes back, nothing acknowledged is lost."""

import asyncio

import pytest

from tests.compose.stack import LASTING, Stack
from tests.e2e import threads
from tests.e2e.house import SERVICES
from tests.faults.load import Load, everything_told_once

pytestmark = pytest.mark.timeout(3600)

AWAY = 5.0


async def test_each_container_is_killed_and_comes_back(stack: Stack) -> None:
    await stack.well()
    house = stack.house()
    load = Load([stack.url], stack.variables())
    async with load.running():
        await load.more(20, within=120)
        for service in LASTING:
            await asyncio.to_thread(stack.kill, service)
            before = len(load.dispatched)
            await asyncio.sleep(AWAY)
            if service in set(SERVICES) - {"issues"} | {"kafka"}:
                assert len(load.dispatched) > before, f"commands of issues wait for {service}"
            await asyncio.to_thread(stack.start, service)
            await stack.well()
            await load.more(20, within=120)
            await threads.a_finding_is_put_right(house.elsewhere())
            await threads.an_activity_is_attended(house.elsewhere())
    await everything_told_once(load)
