"""A walk of 10,000 findings in one body, beside a bare `insert_many` of the documents that it leaves behind.

Two times: until the answer (1,000 visits recorded), and until every finding stands as a case and the round is summed
up, with the relay, the subscriber and the sweeps of the same process at work. The floor writes the same visits, and
the same visits and cases, in batches of 500 with the same durability, and does nothing else. Meanwhile a caller asks
`/livez` again and again: the longest of its answers stands beside 100 ms.
"""

import asyncio
import threading
import time
import uuid
from collections.abc import Sequence
from http.client import HTTPConnection
from typing import Any

import httpx

from services.chassis.store import mongo
from tests.bench.ground import Figure, Servers, median_of, settle, topics, turns
from tests.bench.http import COMMUNITY, a_token, running_service
from tests.waiting import eventually

VISITS, EACH, FLOORS, BUILDINGS = 1_000, 10, 27, 9
FINDINGS = VISITS * EACH
ROUNDS = 3
BATCH = 500


async def run(servers: Servers) -> list[Figure]:
    """Milliseconds; less is better."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    client = mongo.connect(servers.mongodb, application="bench")
    answers, standing, floors, alive = [], [], [], []
    try:
        async with topics(servers) as prefix, running_service(servers, prefix, name) as (port, environment):
            store = mongo.database(client, f"{name}_issues")
            headers = {"Authorization": f"Bearer {await a_token(environment, 'staff')}"}
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}/api/issues/v1", headers=headers, timeout=300
            ) as http:
                buildings = await _compound(http)
                for _ in turns(ROUNDS):
                    over = threading.Event()
                    asking = asyncio.create_task(asyncio.to_thread(_longest_answer, port, over))
                    try:
                        answered, stood, round = await _walk(http, store, buildings)
                    finally:
                        over.set()
                    alive.append(await asking)
                    answers.append(answered)
                    standing.append(stood)
                    await settle()
                    floors.append(await _floor(store, mongo.database(client, f"{name}_floor"), round))
    finally:
        for part in ("issues", "floor"):
            await client.drop_database(f"{name}_{part}")
        client.close()
    visits, all_of_it = (median_of(times) for times in zip(*floors, strict=True))
    return [
        Figure(f"walk: {FINDINGS:,} findings, until the answer", visits, median_of(answers), "ms"),
        Figure(f"walk: until {FINDINGS:,} cases and the summary", all_of_it, median_of(standing), "ms"),
        Figure("walk: longest answer of /livez meanwhile", 100.0, median_of(alive), "ms"),
    ]


def _longest_answer(port: int, over: threading.Event) -> float:
    """Milliseconds that `/livez` took at most, asked one time after another until it is `over`."""
    longest = 0.0
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    while not over.wait(0.005):
        began = time.perf_counter()
        connection.request("GET", "/livez")
        connection.getresponse().read()
        longest = max(longest, time.perf_counter() - began)
    connection.close()
    return longest * 1000


async def _compound(http: httpx.AsyncClient) -> list[str]:
    compound = await _made(http, "/places", {"community": COMMUNITY, "kind": "compound", "title": "都市阳光小区"})
    return [
        (
            await _made(
                http,
                "/places",
                {
                    "community": COMMUNITY,
                    "kind": "building",
                    "title": f"{number}号楼",
                    "number": number,
                    "parent": compound["id"],
                    "floors": FLOORS,
                },
            )
        )["id"]
        for number in range(1, BUILDINGS + 1)
    ]


async def _walk(http: httpx.AsyncClient, store: mongo.Database, buildings: Sequence[str]) -> tuple[float, float, str]:
    body = {"community": COMMUNITY, "buildings": buildings, "starts_at": "2026-11-23T08:00:00+08:00"}
    round = (await _made(http, "/rounds", body))["id"]
    visits = [_visit(n, buildings[n % BUILDINGS]) for n in range(VISITS)]
    began = time.perf_counter()
    answer = await _made(http, f"/rounds/{round}/visits/batch", {"visits": visits})
    answered = time.perf_counter() - began
    if any(result["outcome"] != "recorded" for result in answer["results"]):
        raise RuntimeError("a visit was refused")
    await _made(http, f"/rounds/{round}/complete", None)

    async def stands() -> bool:
        found = await store["rounds"].find_one({"_id": round, "state.status": "completed"}, {"_id": 1})
        return found is not None and await store["cases"].count_documents({"state.round": round}) == FINDINGS

    await eventually(stands, within=300, every=0.1)
    return answered * 1000, (time.perf_counter() - began) * 1000, round


def _visit(number: int, building: str) -> dict[str, Any]:
    findings = [
        {
            "id": f"finding-{n}",
            "category": "lighting",
            "title": "七楼电梯口公共照明灯不亮",
            "note": "左侧第二盏，灯罩松动，晚上老人出门看不清路。",
            "spot": "电梯口",
            "fixed": False,
        }
        for n in range(EACH)
    ]
    return {"id": f"visit-{number}", "building": building, "floor": number % FLOORS + 1, "findings": findings}


async def _floor(store: mongo.Database, floor: mongo.Database, round: str) -> tuple[float, float]:
    """Milliseconds for the visits alone, and for visits and cases."""
    visits = await store["visits"].find({"state.round": round}).to_list(None)
    cases = await store["cases"].find({"state.round": round}).to_list(None)
    began = time.perf_counter()
    await _insert(floor["visits"], visits)
    after_visits = time.perf_counter() - began
    await _insert(floor["cases"], cases)
    return after_visits * 1000, (time.perf_counter() - began) * 1000


async def _insert(collection: mongo.Collection, documents: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(documents), BATCH):
        await collection.insert_many(documents[start : start + BATCH], ordered=False)


async def _made(http: httpx.AsyncClient, path: str, body: Any) -> Any:
    return (await http.post(path, json=body)).raise_for_status().json()
