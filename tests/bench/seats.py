"""A rush on one activity beside a bare handler that updates one document, 64 connections each: `seats`.

People register and withdraw in turn, so that every command changes the document; 250 parties have seats before.
"""

import asyncio
import os
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import orjson

from services.chassis.store import mongo
from tests.bench.ground import Figure, Servers, free_port, median_of, settle, topics, turns
from tests.bench.http import COMMUNITY, ROOT, Side, a_token, load_for, ready

CONNECTIONS = 64
SECONDS = int(os.environ.get("SEATS_SECONDS", "8"))
ROUNDS = 3
SEATED, CAPACITY = 250, 600
PATIENCE = 300.0
"""Seconds in which a service is ready, on whatever machine."""


async def run(servers: Servers) -> list[Figure]:
    """Answers a second."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    client = mongo.connect(servers.mongodb, application="bench")
    try:
        async with topics(servers) as prefix, running_events(servers, prefix, name) as (port, environment):
            staff = await a_token(environment, "staff")
            path = await _an_activity(port, staff)
            async with _running_floor(servers, f"{name}_floor") as floor:
                seated = [{"person": f"there-{n}", "heads": 1} for n in range(SEATED)]
                place = {"_id": "place", "free": CAPACITY - SEATED, "seated": seated}
                await client[f"{name}_floor"]["places"].insert_one(place)
                bare, ours = Side(floor, "", f"{name}_floor"), Side(port, staff, f"{name}_events")
                floors, own = [], []
                for round in turns(ROUNDS):
                    floors.append(await load_for(bare, _requests("/places/place", round), SECONDS, CONNECTIONS))
                    await settle()
                    own.append(await load_for(ours, _requests(path, round), SECONDS, CONNECTIONS))
                    await settle()
        what = f"a rush on one activity, {CONNECTIONS} connections"
        return [Figure(what, median_of(floors), median_of(own), "req/s", least=0.5)]
    finally:
        for part in ("events", "floor"):
            await client.drop_database(f"{name}_{part}")
        client.close()


def _requests(path: str, round: int) -> list[bytes]:
    """Each connection's own people register and withdraw in turn; each has enough of them for the time."""
    people = [[f"r{round}-{n}-{connection}" for connection in range(CONNECTIONS)] for n in range(200)]
    lines: list[bytes] = []
    for together in people:
        lines += [
            f"{path}/registrations ".encode() + orjson.dumps({"person": person, "party": 1}) for person in together
        ]
        lines += [f"{path}/registrations/{person}/withdraw {{}}".encode() for person in together]
    return lines


async def _an_activity(port: int, staff: str) -> str:
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
    body = {
        "community": COMMUNITY,
        "title": "迎新春汇演",
        "kind": "festival",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=2)).isoformat(),
        "venue": "plaza",
        "capacity": CAPACITY,
    }
    headers = {"Authorization": f"Bearer {staff}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as http:
        made = (await http.post("/api/events/v1/activities", json=body)).raise_for_status().json()["id"]
        path = f"/api/events/v1/activities/{made}"
        for n in range(SEATED):
            (await http.post(f"{path}/registrations", json={"person": f"there-{n}"})).raise_for_status()
    return path


@asynccontextmanager
async def running_events(servers: Servers, prefix: str, name: str) -> AsyncIterator[tuple[int, dict[str, str]]]:
    """The service of events in a process of its own."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "ENVIRONMENT": "test",
            "MONGODB_URL": servers.mongodb,
            "EVENTS_DATABASE": f"{name}_events",
            "KAFKA_BOOTSTRAP": servers.kafka,
            "KAFKA_TOPIC_PREFIX": prefix,
            "AUTH_DEVELOPMENT_KEY": str(Path(folder) / "key.json"),
            "RATE_LIMIT_PER_SECOND": "0",
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "services", "run", "events", "--port", str(port)]
        process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT)
        try:
            await ready(f"http://127.0.0.1:{port}/readyz", PATIENCE)
            yield port, environment
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def _running_floor(servers: Servers, database: str) -> AsyncIterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.seats_floor", str(port), servers.mongodb, database]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    try:
        await ready(f"http://127.0.0.1:{port}/openapi.json", PATIENCE)
        yield port
    finally:
        process.terminate()
        await process.wait()
