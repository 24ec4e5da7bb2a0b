"""`make kubernetes`: the applied run. It ends with a table, and with 0 where everything in it holds.

Needed: a cluster that kubectl leads to (KUBECTL names another program), whose nodes have the images: those of the four
services, built here as `community-<service>` with Docker and handed over by the command that LOAD_IMAGES names, and
Kafka's, MongoDB's and nginx's. It works in the namespace `community`, and takes that away at the end; --keep leaves it.
"""

import argparse
import asyncio
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e import threads
from tests.e2e.house import ROOT, SERVICES
from tests.faults.load import Load, everything_told_once
from tests.kubernetes.cluster import BASES, IMAGES, Cluster

KILLS = 20
_STORES = ("kafka", "mongodb")


@dataclass
class Table:
    """What was looked at, and how it ended."""

    rows: list[tuple[str, str, bool]] = field(default_factory=list)

    def add(self, what: str, found: str, *, holds: bool) -> None:
        self.rows.append((what, found, holds))
        print(f"  {'holds' if holds else 'FAILS'}  {what}: {found}", flush=True)

    async def during(self, what: str, act: Callable[[], Awaitable[str]]) -> None:
        """A row for what `act` answers; what it raises is a row that fails, and the run goes on to the next."""
        began = time.monotonic()
        try:
            found = await act()
        except Exception as error:  # every failure is a row of the table, and the table is the result
            self.add(what, f"{type(error).__name__}: {str(error)[:300]}", holds=False)
        else:
            self.add(what, f"{found} ({time.monotonic() - began:.0f} s)", holds=True)


def build() -> None:
    """The images, and, where it is named, the command that hands them to the nodes."""
    for name in SERVICES:
        order = [
            "docker",
            "build",
            "-f",
            "deploy/Dockerfile",
            "--build-arg",
            f"SERVICE={name}",
            "-t",
            f"community-{name}",
        ]
        subprocess.run([*order, "."], cwd=ROOT, check=True)
    hand_over(*IMAGES, *BASES)


def hand_over(*images: str) -> None:
    load = os.environ.get("LOAD_IMAGES")
    if load:
        subprocess.run([*shlex.split(load), *images], check=True)


async def run(cluster: Cluster, table: Table) -> None:
    """Threads, kills, evictions and a roll under load, and the audit."""

    async def up() -> str:
        await asyncio.to_thread(cluster.up)
        return "all pods ready"

    await table.during("applied from nothing", up)
    house = cluster.house()
    variables = cluster.variables()

    async def threaded() -> str:
        await threads.a_finding_is_put_right(house.elsewhere())
        await threads.an_activity_is_attended(house.elsewhere())
        return "2 of 2"

    await table.during("threads through the edge", threaded)
    load = Load([cluster.edge()], variables, a_second=8)
    async with load.running():
        await table.during(f"at least {KILLS} pods killed under load", lambda: _kill(cluster, load))
        await table.during("pods evicted, one of a service at a time", lambda: _evict(cluster, load))
        await table.during("a new version rolled under load", lambda: _roll(cluster, load))
    await table.during("threads after all that", threaded)

    async def audited() -> str:
        with cluster.names_known():
            await everything_told_once(load)
        return f"{len(load.reported)} reports, {len(load.dispatched)} dispatches: 0 lost, 0 doubled"

    await table.during("audit of what was acknowledged", audited)


async def _kill(cluster: Cluster, load: Load) -> str:
    killed = 0
    while killed < KILLS:
        for name in (*SERVICES, "edge", *_STORES):
            for pod in await asyncio.to_thread(cluster.pods, name):
                await asyncio.to_thread(cluster.kill, pod)
                killed += 1
            await asyncio.to_thread(cluster.well, name)
            await load.more(5, within=600)
    return f"{killed} killed"


async def _evict(cluster: Cluster, load: Load) -> str:
    refused = 0
    for name in SERVICES:
        first, *others = await asyncio.to_thread(cluster.pods, name)
        if not await asyncio.to_thread(cluster.evict, first):
            raise AssertionError(f"{first} could not be evicted though all were ready")
        for other in others:
            refused += not await asyncio.to_thread(cluster.evict, other)
        await asyncio.to_thread(cluster.well, name)
        await load.more(5, within=600)
    if refused == 0:
        raise AssertionError("two of one service were evicted at once")
    return f"{len(SERVICES)} evicted, {refused} of a second one refused meanwhile"


async def _roll(cluster: Cluster, load: Load) -> str:
    refused = load.refused
    for name in SERVICES:
        await asyncio.to_thread(cluster.kubectl, "rollout", "restart", f"statefulset/{name}")
    for name in SERVICES:
        await asyncio.to_thread(cluster.rolled_out, f"statefulset/{name}")
    await load.more(5, within=600)
    if load.refused_twice:
        raise AssertionError(f"{load.refused_twice} commands were refused a second time")
    return f"all pods anew, {load.refused - refused} commands had to be sent again, 0 of them twice"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.kubernetes", description=__doc__)
    parser.add_argument("--built", action="store_true", help="the nodes have the images already")
    parser.add_argument("--keep", action="store_true", help="leave it as it is at the end")
    arguments = parser.parse_args()
    if not arguments.built:
        build()
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder))
        try:
            asyncio.run(run(cluster, table))
        finally:
            if not arguments.keep:
                cluster.down()
    width = max(len(what) for what, _, _ in table.rows)
    print("\n".join(f"{'ok  ' if holds else 'FAIL'}  {what:<{width}}  {found}" for what, found, holds in table.rows))
    return 0 if all(holds for _, _, holds in table.rows) else 1


if __name__ == "__main__":
    sys.exit(main())
