"""SIGKILL of services at the points that hurt, and of the relay's leader, under load."""

import asyncio
from functools import partial
from typing import Any

import pytest
from pymongo import MongoClient

from tests.faults.load import Load, everything_told_once
from tests.faults.replica import Replica, replicas
from tests.waiting import eventually

SIGKILLED = -9


@pytest.mark.parametrize("point", ["before-send", "before-clear"])
async def test_killed_between_write_publish_and_clearing(variables: dict[str, str], point: str) -> None:
    async with replicas(variables, "issues", "notify") as (issues, _):
        load = Load([issues.url], variables)
        async with load.running():
            await load.more(20)
            for after in (3, 8):
                await issues.stop()
                await issues.start(point, after)
                assert await issues.died() == SIGKILLED
            await issues.start()
            await load.more(20)
        await everything_told_once(load)


async def test_killed_between_effect_and_commit(variables: dict[str, str]) -> None:
    async with replicas(variables, "issues", "notify") as (issues, notify):
        load = Load([issues.url], variables)
        async with load.running():
            await load.more(10)
            for after in (2, 5):
                await notify.stop()
                await notify.start("before-commit", after)
                assert await notify.died() == SIGKILLED
            await notify.start()
            await load.more(20)
        await everything_told_once(load)


async def test_the_leader_of_the_relay_is_killed_while_another_replica_waits(variables: dict[str, str]) -> None:
    async with replicas(variables, "issues", "issues", "notify") as (first, second, _):
        load = Load([first.url, second.url], variables)
        async with load.running():
            for _ in range(2):
                await load.more(15)
                leader = await eventually(lambda: _leader(variables, first, second), every=0.1)
                await leader.kill()
                await load.more(15)
                other = second if leader is first else first
                await eventually(partial(_leads, variables, other), every=0.1)
                await leader.start()
                await leader.ready()
        await everything_told_once(load)


async def _leader(variables: dict[str, str], *among: Replica) -> Replica | None:
    for replica in among:
        if await _leads(variables, replica):
            return replica
    return None


async def _leads(variables: dict[str, str], replica: Replica) -> bool:
    def look() -> bool:
        with MongoClient[dict[str, Any]](variables["MONGODB_URL"]) as client:
            lease = client[variables["ISSUES_DATABASE"]]["leases"].find_one({"_id": "relay"}) or {}
        return str(lease.get("holder")).startswith(replica.writer)

    return await asyncio.to_thread(look)
