"""`python -m tests.compose`: docker-compose.yml, applied. It ends with a table, and with 0 where all in it holds.

From nothing with the images of the last release; then, under load: upgraded with its data, containers killed, on to a
next version whose events have a field more, back, and back to the last release; taken down and up; audited. Needed: a
Docker engine and Compose 2.24. --three has three brokers and three members of the database.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from pathlib import Path

import httpx
from pymongo import MongoClient

from tests.applied import doors, versions
from tests.applied.next_version import FIELD
from tests.applied.table import Table
from tests.compose import observability
from tests.compose.stack import DOORS, LASTING, Stack, engine_trouble
from tests.e2e import threads
from tests.e2e.house import SERVICES
from tests.faults.load import Load, everything_told_once, side_by_side

KILLS = 20
AWAY = 5.0
THREE = {
    "COMPOSE_PROFILES": "three",
    "KAFKA_REPLICATION": "3",
    "KAFKA_VOTERS": "1@kafka:9093,2@kafka-2:9093,3@kafka-3:9093",
    "MONGODB_MEMBERS": "mongodb:27017,mongodb-2:27017,mongodb-3:27017",
}
DEMO = {"COMPOSE_PROFILES": "demo", "DEVELOPMENT_CLOCK": "/var/lib/community/clock"}
"""The lines of deploy/compose/example.env and docs/operating.md."""


async def run(stack: Stack, table: Table, kills: int, *, rate: float = 6, short: bool = False) -> None:
    """Every row of the table."""

    async def from_nothing() -> str:
        await asyncio.to_thread(stack.up)
        async with httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
            assert (await http.get("/board/")).status_code == 200
        return "every container healthy, the board answers 200, secrets of its own"

    if not await table.during(f"from nothing, as it was at {versions.last_release()}", from_nothing):
        return
    house = stack.house()

    async def threaded() -> str:
        await threads.a_finding_is_put_right(house.elsewhere())
        await threads.an_activity_is_attended(house.elsewhere())
        return "2 of 2"

    await table.during("threads through the edge", threaded)
    load = Load([stack.url], stack.variables(), a_second=rate)

    async def rolled(version: str, *, back: bool = False) -> str:
        before, twice = load.refused, load.refused_twice
        await asyncio.to_thread(stack.roll, version, back=back)
        await load.more(10, within=300)
        assert load.refused_twice == twice, f"{load.refused_twice - twice} commands were refused a second time"
        return f"4 services, {load.refused - before} commands had to be sent again, 0 of them twice"

    async def both() -> str:
        newer, older = await side_by_side(load, FIELD)
        assert newer, "no version told anything while another was at work"
        return f"{newer} with a field more and {older} without it, while both versions were at work"

    async with load.running():
        await load.more(10, within=300)
        await table.during("upgraded to this version, rolling, under load", lambda: rolled(versions.THIS))
        await table.during(f"at least {kills} containers killed under load", lambda: _kill(stack, load, kills))
        if not short:
            await table.during("on to the next version", lambda: rolled(versions.NEXT))
            await table.during("two versions of an event side by side", both)
            await table.during("back to this version", lambda: rolled(versions.THIS, back=True))
        await table.during("back by one version, from this one", lambda: rolled(versions.LAST, back=True))
    await table.during("threads after all that", threaded)

    async def kept() -> str:
        before = _journal(stack)
        assert before
        await asyncio.to_thread(stack.compose, "down", "--timeout", "60", within=300)
        await asyncio.to_thread(stack.up)
        after = _journal(stack)
        assert after >= before, f"{before} events were stored, and {after} are"
        return f"{before} events stored before, {after} after"

    await table.during("down and up", kept)

    async def audited() -> str:
        await everything_told_once(load)
        told = f"{len(load.reported)} reports, {len(load.dispatched)} dispatches"
        return f"{told}: 0 lost, 0 doubled; {load.put_off} were asked to come later, by a service with too much to do"

    await table.during("audit of what was acknowledged", audited)

    async def scanned() -> str:
        return await asyncio.to_thread(_scan, stack)

    await table.during("nothing listens beyond the edge", scanned)


async def demo(stack: Stack, table: Table) -> None:
    """The demo's data, loaded in a container of its own."""

    async def loaded() -> str:
        await asyncio.to_thread(stack.up)
        async with asyncio.timeout(3600):
            while (state := (await asyncio.to_thread(stack.inspect, "demo"))["State"])["Status"] != "exited":
                await asyncio.sleep(5)
        assert state["ExitCode"] == 0, state
        async with httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
            board = (await http.get("/api/notify/v1/board/yangguang")).json()
            assert (await http.get("/board/yangguang")).status_code == 200
        assert board["findings"]["put_right"] == 75
        return "loaded; the board shows 75 findings put right"

    await table.during("the demo, from nothing", loaded)


async def _kill(stack: Stack, load: Load, kills: int) -> str:
    killed, slowest = 0, dict.fromkeys(LASTING, 0.0)
    while killed < kills:
        for name in LASTING[: kills - killed]:
            await asyncio.to_thread(stack.kill, name)
            await asyncio.sleep(AWAY)
            if name in set(SERVICES) - {"issues"} | {"kafka"}:
                await load.more(2, within=60)  # commands of issues don't wait for it
            began = time.monotonic()
            await asyncio.to_thread(stack.start, name)
            await stack.well()
            slowest[name] = max(slowest[name], time.monotonic() - began)
            await load.more(5, within=300)
            killed += 1
            print(f"    {killed} killed, {name} well after {time.monotonic() - began:.0f} s", flush=True)
    return f"{killed} killed; well again after at most " + ", ".join(f"{n} {s:.0f} s" for n, s in slowest.items())


def _journal(stack: Stack) -> int:
    with MongoClient[dict[str, object]](stack.mongodb("root")) as client:
        return client["community_issues"]["journal"].count_documents({})


def _scan(stack: Stack) -> str:
    """What is published, what listens inside, and what opens to a stranger and to the network of the edge."""
    names = {name for name, _, _ in stack.published()}
    assert names == {"edge", "kafka", "mongodb"}, f"published: {names}"  # the latter two for this test
    assert {address for _, address, _ in stack.published()} == {"127.0.0.1"}
    places = []
    for name, ports in DOORS.items():
        found = doors.listening(stack.inside(name, "sh", "-c", doors.READ).stdout)
        assert found == ports, f"{name} listens at {found}"
        places += [f"{address}:{port}" for address in stack.addresses(name) for port in ports]
    opened = stack.stranger("bridge", doors.KNOCK, *places).split()
    assert not opened, f"open to a container of somebody else: {opened}"
    kept = [(name, address) for name in ("kafka", "mongodb") for address in stack.addresses(name)]
    stores = [f"{address}:{port}" for name, address in kept for port in DOORS[name]]
    opened = stack.stranger(f"{stack.project}_front", doors.KNOCK, *stores).split()
    assert not opened, f"open to where the edge is: {opened}"
    return f"{len(places)} doors inside, 0 open to strangers, those of stores shut to the edge; its port is on loopback"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.compose", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help=f"at least so many containers ({KILLS})")
    parser.add_argument("--rate", type=float, default=6, help="cases a second, two commands each (6)")
    parser.add_argument("--short", action="store_true", help="without the next version and back from it")
    parser.add_argument("--built", action="store_true", help="the images of all three versions are there already")
    parser.add_argument("--three", action="store_true", help="three brokers and three members of the database")
    parser.add_argument("--demo", action="store_true", help="load the demo's data, and nothing else")
    parser.add_argument(
        "--observability",
        nargs="*",
        choices=observability.WATCHING,
        help="look at what these show (all three), and nothing else",
    )
    parser.add_argument("--logs", type=Path, help="where what the containers said is to stay")
    arguments = parser.parse_args()
    trouble = engine_trouble()
    if trouble:
        sys.exit(trouble)
    if not arguments.built:
        versions.build(versions.LAST, versions.THIS, versions.NEXT)
    table = Table()
    with contextlib.ExitStack() as rooms:
        folder = arguments.logs or Path(rooms.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        if arguments.demo:
            asyncio.run(demo(rooms.enter_context(Stack(folder, **DEMO)), table))
        elif arguments.observability is not None:
            stack = rooms.enter_context(Stack(folder, **observability.SETTINGS))
            asyncio.run(observability.run(stack, table, arguments.observability or observability.WATCHING))
        else:
            stack = rooms.enter_context(Stack(folder, versions.LAST, **(THREE if arguments.three else {})))
            asyncio.run(run(stack, table, arguments.kills, rate=arguments.rate, short=arguments.short))
    return table.finish()


if __name__ == "__main__":
    sys.exit(main())
