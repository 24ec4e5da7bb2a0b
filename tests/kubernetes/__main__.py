"""`make kubernetes`: the applied run. It ends with a table, and with 0 where everything in it holds.

Needed: a cluster that kubectl leads to (KUBECTL names another program), whose nodes have the images: those of the four
services, in this version and the next, built here with Docker and handed over by the command that LOAD_IMAGES names,
and Kafka's, MongoDB's and nginx's. It works in namespace `community`, and takes it away at the end; --keep leaves it.
"""

import argparse
import asyncio
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.applied import doors, versions
from tests.applied.next_version import FIELD
from tests.applied.table import Table
from tests.e2e import threads
from tests.e2e.house import SERVICES
from tests.faults.load import Load, everything_told_once, side_by_side
from tests.kubernetes.cluster import BASES, DOORS, STORES, Cluster

KILLS = 20


def build() -> None:
    """The images of this version and the next, and, where it is named, the command that hands them to the nodes."""
    versions.build(versions.THIS, versions.NEXT)
    load = os.environ.get("LOAD_IMAGES")
    if load:
        named = [*versions.images(versions.THIS), *versions.images(versions.NEXT), *BASES]
        subprocess.run([*shlex.split(load), *named], check=True)


async def run(cluster: Cluster, table: Table, kills: int, rate: float) -> None:
    """Threads; kills, evictions, a roll and one back under load; the audit and the scan."""

    async def up() -> str:
        await asyncio.to_thread(cluster.up)
        return "all pods ready"

    if not await table.during("applied from nothing", up):
        return
    house = cluster.house()
    variables = cluster.variables()

    async def threaded() -> str:
        await threads.a_finding_is_put_right(house.elsewhere())
        await threads.an_activity_is_attended(house.elsewhere())
        return "2 of 2"

    await table.during("threads through the edge", threaded)
    load = Load([cluster.edge()], variables, a_second=rate)

    async def both() -> str:
        await asyncio.to_thread(cluster.choose, "issues", versions.NEXT, from_pod=1)
        await asyncio.to_thread(cluster.rolled_out, "statefulset/issues")
        await load.more(60, within=600)
        with cluster.names_known():
            newer, older = await side_by_side(load, FIELD)
        assert newer > 10 < older, f"{newer} and {older} were told while both versions were at work"
        return f"{newer} with a field more and {older} without it, while both versions were at work"

    async with load.running():
        await load.more(10, within=300)
        await table.during(f"at least {kills} pods killed under load", lambda: _kill(cluster, load, kills))
        await table.during("pods evicted, one of a service at a time", lambda: _evict(cluster, load))
        await table.during("two versions of an event side by side", both)
        await table.during("the next version rolled under load", lambda: _roll(cluster, load, versions.NEXT))
        await table.during("back by one version", lambda: _roll(cluster, load, versions.THIS))
    await table.during("threads after all that", threaded)

    async def audited() -> str:
        with cluster.names_known():
            await everything_told_once(load)
        told = f"{len(load.reported)} reports, {len(load.dispatched)} dispatches"
        return f"{told}: 0 lost, 0 doubled; {load.put_off} were asked to come later, by a service with too much to do"

    await table.during("audit of what was acknowledged", audited)

    async def operated() -> str:
        return await asyncio.to_thread(_operate, cluster)

    await table.during("what an operator types", operated)

    async def scanned() -> str:
        return await asyncio.to_thread(_scan, cluster)

    await table.during("nothing listens beyond the edge", scanned)


def _operate(cluster: Cluster) -> str:
    """What an operator types, each once: letters, rights, a system outside that is let in and out again, states."""
    with cluster.operator() as typed:
        typed("dlq", "list")
        said = typed("access", "services", "/run/secrets")
        assert said.count(": 0 rights added, 0 taken away") == len(said.splitlines()) > 0, said
        told = typed("access", "subscriber", "city-desk")
        assert "sasl.username=city-desk" in told
        assert "city-desk:" in typed("access", "list")
        typed("access", "revoke", "city-desk")
        assert "city-desk:" not in typed("access", "list")
        typed("topics")
    cluster.kubectl("exec", "issues-0", "--", "python", "-m", "services", "restate", "issues", within=300)
    return "letters and users listed, one let in and out again, rights as they were, states told again"


async def _kill(cluster: Cluster, load: Load, kills: int) -> str:
    """Of services both replicas at once; the slowest recovery of each is told."""
    killed, slowest = 0, dict.fromkeys((*SERVICES, "edge", *STORES), 0.0)
    while killed < kills:
        for name in slowest:
            began = time.monotonic()
            for pod in await asyncio.to_thread(cluster.pods, name):
                await asyncio.to_thread(cluster.kill, pod)
                killed += 1
            await asyncio.to_thread(cluster.well, name)
            slowest[name] = max(slowest[name], time.monotonic() - began)
            await load.more(5, within=600)
            print(f"    {killed} killed, {name} well after {time.monotonic() - began:.0f} s", flush=True)
    return f"{killed} killed; ready again after at most " + ", ".join(f"{n} {s:.0f} s" for n, s in slowest.items())


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


async def _roll(cluster: Cluster, load: Load, version: str) -> str:
    refused, twice = load.refused, load.refused_twice
    for name in SERVICES:
        await asyncio.to_thread(cluster.choose, name, version)
    for name in SERVICES:
        await asyncio.to_thread(cluster.rolled_out, f"statefulset/{name}")
    await load.more(5, within=600)
    assert load.refused_twice == twice, f"{load.refused_twice - twice} commands were refused a second time"
    return f"8 pods, {load.refused - refused} commands had to be sent again, 0 of them twice"


def _scan(cluster: Cluster) -> str:
    """No service has an address outside, no pod a port of its node, and each listens where it is meant to."""
    for service in cluster.things("service"):
        spec = service["spec"]
        outside = [port for port in spec["ports"] if "nodePort" in port] + spec.get("externalIPs", [])
        assert (spec["type"], outside) == ("ClusterIP", []), service["metadata"]["name"]
    pods = 0
    for pod in cluster.things("pod"):
        name, spec = pod["metadata"]["labels"]["app.kubernetes.io/name"], pod["spec"]
        assert not spec.get("hostNetwork"), name
        assert not [port for one in spec["containers"] for port in one.get("ports", ()) if "hostPort" in port], name
        if pod["status"]["phase"] == "Running":
            said = cluster.kubectl("exec", pod["metadata"]["name"], "-c", name, "--", "sh", "-c", doors.READ)
            assert doors.listening(said) == DOORS[name], f"{name} listens at {doors.listening(said)}"
            pods += 1
    return f"{pods} pods listen where they are meant to, none at its node; every service is the cluster's own"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.kubernetes", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help=f"at least so many pods ({KILLS})")
    parser.add_argument("--rate", type=float, default=6, help="cases a second, two commands each (6)")
    parser.add_argument("--built", action="store_true", help="the nodes have the images already")
    parser.add_argument("--keep", action="store_true", help="leave it as it is at the end")
    arguments = parser.parse_args()
    if not arguments.built:
        build()
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder))
        try:
            asyncio.run(run(cluster, table, arguments.kills, arguments.rate))
        finally:
            if not arguments.keep:
                cluster.down()
    return table.finish()


if __name__ == "__main__":
    sys.exit(main())
