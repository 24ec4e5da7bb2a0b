"""What those who run the system are told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from services.chassis.http.probes import Fact
from tests.unit.chassis.http.gateway import Gateway


@dataclass
class Check:
    name: str
    look: Callable[[], Awaitable[Fact]]

    async def check(self) -> Fact:
        return await self.look()


def saying(name: str, ok: bool, value: object = None) -> Check:
    async def look() -> Fact:
        return Fact(ok, "as measured", value)

    return Check(name, look)


async def test_a_service_lives_whatever_is_away(tmp_path: Path) -> None:
    async def hang() -> Fact:
        await asyncio.Event().wait()
        raise AssertionError

    gateway = Gateway(tmp_path, checks=[Check("kafka", hang)])
    for path in ("/livez", "/api/garden/livez"):
        answer = await asyncio.wait_for(gateway.client.get(path), 0.5)
        assert (answer.status_code, answer.json()) == (200, {"alive": True, "service": "garden"})


async def test_it_is_ready_when_every_fact_is_good(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, checks=[saying("relay", True, 0.4), saying("lag", True, 7)])
    for path in ("/readyz", "/api/garden/readyz"):
        answer = await gateway.client.get(path)
        assert answer.status_code == 200
        assert answer.json() == {
            "ready": True,
            "service": "garden",
            "facts": [
                {"name": "relay", "ok": True, "detail": "as measured", "value": 0.4},
                {"name": "lag", "ok": True, "detail": "as measured", "value": 7},
            ],
        }
        assert answer.headers["cache-control"] == "no-store"


async def test_one_bad_fact_is_enough_and_all_are_told(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, checks=[saying("relay", False, 99), saying("lag", True)])
    answer = await gateway.client.get("/readyz")
    assert answer.status_code == 503
    assert [(fact["name"], fact["ok"]) for fact in answer.json()["facts"]] == [("relay", False), ("lag", True)]


async def test_a_check_that_fails_or_hangs_is_a_bad_fact(tmp_path: Path) -> None:
    async def fail() -> Fact:
        raise ConnectionError("mongodb://root:hunter2@db")

    async def hang() -> Fact:
        await asyncio.Event().wait()
        raise AssertionError

    gateway = Gateway(tmp_path, checks=[Check("store", fail), Check("kafka", hang), saying("lag", True)])
    answer = await asyncio.wait_for(gateway.client.get("/readyz"), 10)
    assert answer.status_code == 503
    assert {fact["name"]: fact["detail"] for fact in answer.json()["facts"]} == {
        "store": "could not be checked: ConnectionError",
        "kafka": "no answer within 2 s",
        "lag": "as measured",
    }
    assert "hunter2" not in answer.text


async def test_probes_answer_themselves_and_never_by_a_redirect(gateway: Gateway) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/api/garden/livez", "/api/garden/readyz", "/api/garden/metrics"):
        assert (await gateway.client.get(path)).status_code == 200
        assert (await gateway.client.get(path + "/")).status_code == 404


async def test_figures_are_in_the_format_that_prometheus_reads(gateway: Gateway) -> None:
    answer = await gateway.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert {family.name for family in text_string_to_metric_families(answer.text)} >= {"community_commands"}
