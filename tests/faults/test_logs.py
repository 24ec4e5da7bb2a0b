"""What an outage adds to the log of a replica: one line a condition, with a count, from libraries too."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.conditions import AT_MOST, conditions
from tests.faults.conftest import Ground
from tests.faults.load import Load, everything_told_once
from tests.faults.replica import Replica
from tests.waiting import eventually

AWAY = 10.0


@asynccontextmanager
async def listened_to(variables: dict[str, str], folder: Path) -> AsyncIterator[dict[str, Replica]]:
    """Replicas of issues and notify, ready, each with a log of its own in `folder`."""
    async with AsyncExitStack() as stack:
        replicas = {name: Replica(name, variables, folder / name) for name in ("issues", "notify")}
        for replica in replicas.values():
            stack.push_async_callback(replica.close)
            await replica.start()
        for replica in replicas.values():
            await replica.ready()
        yield replicas


@pytest.mark.parametrize("server", ["kafka", "mongo"])
async def test_an_outage_is_a_few_lines(ground: Ground, server: str, tmp_path: Path) -> None:
    away = {"kafka": ground.kafka, "mongo": ground.mongo}[server]
    async with listened_to(ground.variables, tmp_path) as replicas:
        load = Load([replicas["issues"].url], ground.variables)
        async with load.running():
            await load.more(10)
            before = {name: len(conditions(replicas[name].said)) for name in replicas}
            await asyncio.to_thread(away.kill)
            await eventually(
                lambda: all(len(conditions(replicas[name].said)) > before[name] for name in replicas), every=0.2
            )
            await asyncio.sleep(AWAY)
            told = {name: conditions(replicas[name].said)[before[name] :] for name in replicas}
            await asyncio.to_thread(away.start)
            await load.more(10)
        await everything_told_once(load)
    for name, lines in told.items():
        assert len(lines) <= AT_MOST, (name, Counter(lines))
        assert Counter(lines).most_common(1)[0][1] == 1, Counter(lines)
