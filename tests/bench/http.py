"""Commands over HTTP beside bare handlers, at 32 connections: reporting a case, and changing one.

The floors validate the same bodies; one inserts a document of the same size, the other reads one and writes it back.
Ours verifies a token, keeps rates and limits, decides, writes state, events and the receipt of an Idempotency-Key,
while the relay of the same process writes the journal and publishes and its subscribers draw what is read from it: the
whole service as it is deployed.
"""

import asyncio
import os
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import bson
import httpx
import orjson

from services.chassis.store import mongo
from tests.bench.ground import Figure, Servers, free_port, median_of, settle, topics, turns
from tests.waiting import eventually

CONNECTIONS = 32
SECONDS = 8
ROUNDS = 5
CASES = 640
"""To be changed: a multiple of the connections, and so many that none is changed often."""

BASE = b"/api/issues/v1"
Rounds = Sequence[list[bytes]]
COMMUNITY = "yangguang"
ROOT = Path(__file__).parents[2]


async def run(servers: Servers) -> list[Figure]:
    """Answers a second."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    client = mongo.connect(servers.mongodb, application="bench")
    figures: list[Figure] = []
    try:
        async with topics(servers) as prefix, running_service(servers, prefix, name) as (port, environment):
            body, token = await a_community(port, environment)
            size = await size_of_a_case(mongo.database(client, f"{name}_issues"), port, body, token)
            async with running_floor(servers, f"{name}_floor", size) as floor:
                ours = Side(port, token, f"{name}_issues")
                bare = Side(floor, "", f"{name}_floor")
                report = [[b"/cases " + body]] * ROUNDS
                reported = [[BASE + line for line in lines] for lines in report]
                figures.append(await _compared("report a case", client, bare, report, ours, reported))
                staff, units = await a_token(environment, "staff"), await two_units(port, environment)
                reassign = [await dispatched(port, staff, body, units) for _ in range(ROUNDS)]
                replaced = [await inserted(floor, body, units)] * ROUNDS
                ours = Side(port, staff, f"{name}_issues")
                figures.append(await _compared("reassign a case", client, bare, replaced, ours, reassign))
    finally:
        for part in ("issues", "floor"):
            await client.drop_database(f"{name}_{part}")
        client.close()
    return figures


@dataclass(frozen=True)
class Side:
    """What is under load: its port, whom it believes, where it writes."""

    port: int
    token: str
    database: str


async def _compared(
    what: str, client: mongo.Client, bare: Side, of_bare: Rounds, ours: Side, of_ours: Rounds
) -> Figure:
    """Turn by turn, each round with requests of its own: what one has changed, the next would find changed."""
    floors, own = [], []
    for round in turns(ROUNDS):
        floors.append(await _load(bare, of_bare[round]))
        await settle()
        own.append(await _load(ours, of_ours[round]))
        await _until_relayed(mongo.database(client, ours.database))
    return Figure(f"HTTP: {what}, {CONNECTIONS} connections", median_of(floors), median_of(own), "req/s", least=0.7)


async def two_units(port: int, environment: dict[str, str]) -> list[str]:
    """Two partner units."""
    headers = {"Authorization": f"Bearer {await a_token(environment, 'staff')}"}
    units = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as http:
        for code in ("property", "street"):
            unit = {"community": COMMUNITY, "code": code, "kind": "property", "title": code}
            units.append((await http.post("/api/issues/v1/units", json=unit)).raise_for_status().json()["id"])
    return units


async def dispatched(port: int, staff: str, report: bytes, units: list[str]) -> list[bytes]:
    """Cases that the first unit has; the requests that give each to the other and back."""
    headers = {"Authorization": f"Bearer {staff}", "Content-Type": "application/json"}
    turn = asyncio.Semaphore(CONNECTIONS)

    async def one() -> list[bytes]:
        async with turn:
            made = (await http.post("/api/issues/v1/cases", content=report)).raise_for_status().json()["id"]
            path = f"/api/issues/v1/cases/{made}"
            (await http.post(f"{path}/dispatch", json={"unit": units[0]})).raise_for_status()
        return _to_and_fro(path, units)

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as http:
        return _shared(await asyncio.gather(*(one() for _ in range(CASES))))


async def inserted(port: int, report: bytes, units: list[str]) -> list[bytes]:
    """The same of the floor."""
    headers = {"Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as http:
        made = [(await http.post("/cases", content=report)).raise_for_status().json()["id"] for _ in range(CASES)]
    return _shared([_to_and_fro(f"/cases/{id}", units) for id in made])


def _to_and_fro(path: str, units: list[str]) -> list[bytes]:
    return [f"{path}/reassign ".encode() + orjson.dumps({"unit": unit}) for unit in reversed(units)]


def _shared(requests: Sequence[list[bytes]]) -> list[bytes]:
    """So that each connection, which takes every 32nd line, has cases of its own: all there, then all back."""
    return [line for turn in zip(*requests, strict=True) for line in turn]


@asynccontextmanager
async def running_service(
    servers: Servers, prefix: str, name: str, sampled: Path | None = None
) -> AsyncIterator[tuple[int, dict[str, str]]]:
    """Its port and its environment. `sampled`: where it is to tell what it does (`sampled.py`)."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "ENVIRONMENT": "test",
            "MONGODB_URL": servers.mongodb,
            "ISSUES_DATABASE": f"{name}_issues",
            "KAFKA_BOOTSTRAP": servers.kafka,
            "KAFKA_TOPIC_PREFIX": prefix,
            "AUTH_DEVELOPMENT_KEY": str(Path(folder) / "key.json"),
            "RATE_LIMIT_PER_SECOND": "0",
            "LOG_LEVEL": "ERROR",
        }
        module = ["services"] if sampled is None else ["tests.bench.sampled", str(sampled)]
        command = [sys.executable, "-m", *module, "run", "issues", "--port", str(port)]
        process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT)
        try:
            await ready(f"http://127.0.0.1:{port}/readyz")
            yield port, environment
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def running_floor(servers: Servers, database: str, size: int) -> AsyncIterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.floor_app", str(port), servers.mongodb, database, str(size)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    try:
        await ready(f"http://127.0.0.1:{port}/openapi.json")
        yield port
    finally:
        process.terminate()
        await process.wait()


async def ready(url: str, within: float = 300) -> None:
    """Wait until `url` answers well."""
    async with httpx.AsyncClient() as http:

        async def answers() -> bool:
            try:
                return (await http.get(url)).status_code == 200
            except httpx.TransportError:
                return False

        await eventually(answers, within)


async def a_token(environment: dict[str, str], role: str) -> str:
    command = [
        sys.executable,
        "-m",
        "services",
        "token",
        "--role",
        role,
        "--community",
        COMMUNITY,
        "--sub",
        f"{role}-1",
    ]
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return output.decode().strip()


async def a_community(port: int, environment: dict[str, str]) -> tuple[bytes, str]:
    """A compound with a building, by staff; the body and the token of a resident's report."""
    headers = {"Authorization": f"Bearer {await a_token(environment, 'staff')}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as http:
        place = {"community": COMMUNITY, "kind": "compound", "title": "都市阳光小区"}
        compound = (await http.post("/api/issues/v1/places", json=place)).raise_for_status().json()
        place |= {"kind": "building", "parent": compound["id"], "title": "7号楼"}
        answer = (
            await http.post("/api/issues/v1/places", json={**place, "number": 7, "floors": 18})
        ).raise_for_status()
        categories = (await http.get("/api/issues/v1/categories")).raise_for_status().json()
    category = (categories["items"] if isinstance(categories, dict) else categories)[0]["code"]
    report = {
        "community": COMMUNITY,
        "category": category,
        "place": answer.json()["id"],
        "floor": 7,
        "spot": "电梯口",
        "text": "七楼电梯口的公共照明灯坏了三天，晚上老人出门看不清路，墙砖也松了，请尽快安排人来看看。",
    }
    return orjson.dumps(report), await a_token(environment, "resident")


async def size_of_a_case(store: mongo.Database, port: int, body: bytes, token: str) -> int:
    """Bytes of the document as it is inserted, events and receipt included."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": "size"}
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"http://127.0.0.1:{port}/api/issues/v1/cases", content=body, headers=headers)
    if answer.status_code != 201:
        raise RuntimeError(answer.text)
    id = answer.json()["id"]
    await _until_relayed(store)
    found = await store["cases"].find_one({"_id": id})
    entry = await store["journal"].find_one({"_id": {"a": id, "s": 1}})
    if found is None or entry is None:
        raise RuntimeError("the case is not in the store")
    return len(bson.encode(found)) + len(bson.encode({"data": entry["data"], "state": entry["data"]}))


async def _until_relayed(store: mongo.Database) -> None:
    async def relayed() -> bool:
        return not await store["cases"].count_documents({"outbox.0": {"$exists": True}})

    await eventually(relayed, within=60)


async def _load(side: Side, requests: list[bytes]) -> float:
    return await load_for(side, requests, SECONDS, CONNECTIONS)


async def load_for(side: Side, requests: list[bytes], seconds: int, connections: int) -> float:
    """Answers a second, by a process of its own."""
    command = [sys.executable, "-m", "tests.bench.load", str(side.port), side.token, str(seconds), str(connections)]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate(b"\n".join(requests))
    if process.returncode:
        raise RuntimeError("the load ended with an error")
    return float(output)
