"""A process goes on answering while somebody sends it the largest walk, and strangers make it read nothing."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest

from services.chassis.principal import Role
from tests.e2e.house import COMMUNITY, Hand, House

VISITS, EACH = 1_000, 10
NOTE = "左侧第二盏，灯罩松动，晚上老人出门看不清路。"

pytestmark = pytest.mark.timeout(1800)


async def a_round(walker: Hand) -> tuple[str, str]:
    """A round and the building that it leads through."""
    places = "/api/issues/v1/places"
    compound = await walker.post(places, {"community": COMMUNITY, "kind": "compound", "title": "都市阳光小区"})
    house = {"community": COMMUNITY, "kind": "building", "title": "1号楼", "number": 1, "floors": 27}
    building = (await walker.post(places, {**house, "parent": compound["id"]}))["id"]
    plan = {"community": COMMUNITY, "buildings": [building], "starts_at": "2026-11-23T08:00:00+08:00"}
    return (await walker.post("/api/issues/v1/rounds", plan))["id"], building


def a_walk(building: str) -> dict[str, Any]:
    finding = {
        "category": "lighting",
        "title": "七楼电梯口公共照明灯不亮",
        "note": NOTE,
        "spot": "电梯口",
        "fixed": False,
    }
    findings = [{"id": f"f-{n}", **finding} for n in range(EACH)]
    return {
        "visits": [
            {"id": f"v-{n}", "building": building, "floor": n % 27 + 1, "findings": findings} for n in range(VISITS)
        ]
    }


async def answers_until(done: "asyncio.Future[Any]", url: str) -> list[float]:
    """How long `/livez` took, asked again and again until `done`."""
    took: list[float] = []
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        while not done.done():
            began = time.perf_counter()
            assert (await http.get("/livez")).status_code == 200
            took.append(time.perf_counter() - began)
    return took


async def test_it_lives_while_ten_thousand_findings_are_read(house: House) -> None:
    walker = house.hand("walker-1", Role.GRID_WORKER, Role.STAFF)
    round, building = await a_round(walker)
    body = json.dumps(a_walk(building), indent=40).encode()
    assert len(body) > 15_000_000, len(body)
    headers = {"Content-Type": "application/json"}
    path = f"/api/issues/v1/rounds/{round}/visits/batch"
    sending = asyncio.create_task(walker.http.post(path, content=body, headers=headers, timeout=300))
    took = await answers_until(sending, house.url)
    results = (await sending).json()["results"]
    assert {result["outcome"] for result in results} == {"recorded"}, results[0]
    assert len(took) > 50, "nobody was answered while it was read"
