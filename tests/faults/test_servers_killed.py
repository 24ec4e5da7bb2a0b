"""SIGKILL of Kafka and of MongoDB, away for twenty seconds and back, under load."""

import asyncio

from tests.faults.conftest import Ground
from tests.faults.load import Load, everything_told_once
from tests.faults.replica import replicas
from tests.waiting import eventually

AWAY = 20.0


async def test_kafka_is_killed_and_comes_back(ground: Ground) -> None:
    async with replicas(ground.variables, "issues", "notify") as (issues, _):
        load = Load([issues.url], ground.variables)
        async with load.running():
            await load.more(20)
            await asyncio.to_thread(ground.kafka.kill)
            before = len(load.dispatched)
            await asyncio.sleep(AWAY)
            await eventually(lambda: len(load.dispatched) > before + 20)  # commands don't wait for Kafka
            await asyncio.to_thread(ground.kafka.start)
            await load.more(20)
        await everything_told_once(load)


async def test_mongodb_is_killed_and_comes_back(ground: Ground) -> None:
    async with replicas(ground.variables, "issues", "notify") as (issues, _):
        load = Load([issues.url], ground.variables)
        async with load.running():
            await load.more(20)
            await asyncio.to_thread(ground.mongo.kill)
            await asyncio.sleep(AWAY)
            await asyncio.to_thread(ground.mongo.start)
            await load.more(20)
        await everything_told_once(load)
