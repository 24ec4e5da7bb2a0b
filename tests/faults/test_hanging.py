"""What hangs comes back, or the process ends: a consumer that has died inside, an effect, the event loop itself."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from services.commands.ending import HUNG
from tests.faults.conftest import Ground
from tests.faults.load import Load, everything_told_once
from tests.faults.replica import Replica, replicas
from tests.faults.sickroom import patient
from tests.waiting import eventually


async def test_a_consumer_that_has_died_inside_comes_back_with_kafka(ground: Ground, tmp_path: Path) -> None:
    """It fetches nothing any more, its metadata stays as it was, and its broker goes away: it would wait for ever."""
    settings = ground.variables
    async with replicas(settings, "issues") as (issues,), patient("notify", settings, "inside", tmp_path) as ill:
        load = Load([issues.url], settings)
        async with load.running():
            await load.more(20)
            await eventually(lambda: _asked(ill, "consuming", 200), every=0.2)
            ill.fall_ill()
            await asyncio.to_thread(ground.kafka.kill)
            await load.more(20)
            await asyncio.to_thread(ground.kafka.start)
            await load.more(20)
        await everything_told_once(load)
        assert ill.running
        assert b"the consumer is made anew" in ill.said


async def test_a_broker_that_stands_still_takes_nobody_out_of_the_edge_and_stops_no_consumer(ground: Ground) -> None:
    """Commands go on; that nothing is consumed is told beside, at once and never by silence."""
    async with replicas(ground.variables, "issues", "notify") as (issues, notify):
        load = Load([issues.url], ground.variables)
        async with load.running():
            await load.more(20)
            for one in (issues, notify):
                await eventually(lambda one=one: _asked(one, "consuming", 200), every=0.2)  # type: ignore[misc]
            await asyncio.to_thread(ground.kafka.freeze)
            try:
                for one in (issues, notify):
                    await eventually(lambda one=one: _asked(one, "consuming", 503), every=0.2)  # type: ignore[misc]
                await load.more(20)
                for one in (issues, notify):
                    assert await _asked(one, "commands", 200)
                    assert await _asked(one, "", 200)
            finally:
                await asyncio.to_thread(ground.kafka.thaw)
            await load.more(20)
        await everything_told_once(load)


async def _asked(replica: Replica, purpose: str, status: int) -> bool:
    path = f"{replica.url}/readyz/{purpose}".rstrip("/")
    async with httpx.AsyncClient(timeout=10) as http:
        return (await http.get(path)).status_code == status


@pytest.mark.parametrize("illness", ["hung-effect", "blocked-loop"])
async def test_a_process_that_is_told_to_end_ends_whatever_hangs(
    variables: dict[str, str], illness: str, tmp_path: Path
) -> None:
    """The effect lets itself not even be cancelled, the loop sees no signal any more."""
    quick = {**variables, "SHUTDOWN_SECONDS": "2"}
    async with replicas(variables, "issues") as (issues,), patient("notify", quick, illness, tmp_path) as ill:
        load = Load([issues.url], variables)
        async with load.running():
            await load.more(5)
            await eventually(lambda: _asked(ill, "consuming", 200), every=0.2)
            ill.fall_ill()
            await load.more(5)
        ill.ask_to_end()
        assert await ill.died() == HUNG
        [last] = [json.loads(line) for line in ill.said.splitlines() if b"ending now" in line]
        assert last["level"] == "CRITICAL"
        assert last["frames"]
        assert ("_sleep_for_ever" in last["frames"][-1]) == (illness == "blocked-loop")


async def test_a_process_that_is_well_ends_in_order(variables: dict[str, str], tmp_path: Path) -> None:
    async with patient("notify", variables, "hung-effect", tmp_path) as well:
        well.ask_to_end()
        assert await well.died() == 0
