"""What those who run the system are told."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from services.chassis.http.probes import Fact, Purpose, ReadinessCheck
from services.chassis.http.rate import Buckets
from services.chassis.http.rationed import Rationed
from tests.unit.chassis.auth.issuing import Clock
from tests.unit.chassis.http.gateway import Gateway
from tests.waiting import patiently


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
        answer = await asyncio.wait_for(gateway.client.get(path), patiently(0.5))
        assert (answer.status_code, answer.json()) == (200, {"alive": True, "service": "garden"})


async def test_a_service_is_ready_when_every_fact_is_good(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, checks=[saying("relay", True, 0.4), saying("lag", True, 7)])
    for path in ("/readyz", "/api/garden/readyz"):
        answer = await gateway.client.get(path)
        assert answer.status_code == 200
        assert answer.json() == {
            "ready": True,
            "service": "garden",
            "commands": True,
            "consuming": True,
            "reading": True,
            "facts": [
                {"name": "relay", "of": "commands", "ok": True, "detail": "as measured", "value": 0.4},
                {"name": "lag", "of": "commands", "ok": True, "detail": "as measured", "value": 7},
            ],
        }
        assert answer.headers["cache-control"] == "no-store"


async def test_however_often_it_is_asked_a_probe_looks_no_oftener_than_its_ration() -> None:
    clock, made = Clock(0.0), 0
    go_on = asyncio.Event()

    async def make() -> int:
        nonlocal made
        made += 1
        await go_on.wait()
        return made

    rationed = Rationed(make, ration=Buckets(1.0, 2, clock=clock))
    together = [asyncio.create_task(rationed()) for _ in range(50)]
    await asyncio.sleep(0)
    go_on.set()
    assert [await each for each in together] == [1] * 50
    assert [await rationed() for _ in range(50)] == [2, 3] + [3] * 48
    clock.now = 1.0
    assert await rationed() == 4


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
    answer = await asyncio.wait_for(gateway.client.get("/readyz"), patiently(10))
    assert answer.status_code == 503
    assert {fact["name"]: fact["detail"] for fact in answer.json()["facts"]} == {
        "store": "could not be checked: ConnectionError",
        "kafka": "did not answer in 2 s",
        "lag": "as measured",
    }
    assert "hunter2" not in answer.text


async def test_an_edge_is_told_of_commands_alone_and_alerts_of_the_rest(tmp_path: Path) -> None:
    """Whatever stalls behind Kafka or in what is read takes no replica out of an edge."""
    others: dict[Purpose, Sequence[ReadinessCheck]] = {
        Purpose.CONSUMING: [saying("lag", False, 7016)],
        Purpose.READING: [saying("rows", True)],
    }
    gateway = Gateway(tmp_path, checks=[saying("store", True)], others=others)
    for base in ("", "/api/garden"):
        whole = await gateway.client.get(f"{base}/readyz")
        assert whole.status_code == 200
        told = whole.json()
        assert (told["ready"], told["commands"], told["consuming"], told["reading"]) == (True, True, False, True)
        assert [fact["name"] for fact in told["facts"]] == ["store", "lag", "rows"]
        answers = {purpose: await gateway.client.get(f"{base}/readyz/{purpose}") for purpose in Purpose}
        assert [answer.status_code for answer in answers.values()] == [200, 503, 200]
        assert answers[Purpose.CONSUMING].json()["facts"] == [
            {"name": "lag", "of": "consuming", "ok": False, "detail": "as measured", "value": 7016}
        ]


async def test_a_check_that_hangs_and_cannot_be_cancelled_holds_up_nobody_and_is_asked_once(tmp_path: Path) -> None:
    asked: list[int] = []
    free = asyncio.Event()

    async def hang() -> Fact:
        asked.append(1)
        while not free.is_set():
            with suppress(asyncio.CancelledError):
                await free.wait()
        return Fact(True, "at last")

    gateway = Gateway(tmp_path, checks=[saying("store", True)], others={Purpose.CONSUMING: [Check("lag", hang)]})
    try:
        told = [(await asyncio.wait_for(gateway.client.get("/readyz"), patiently(10))).json() for _ in range(2)]
    finally:
        free.set()
    for answer in told:
        assert [fact["detail"] for fact in answer["facts"]] == ["as measured", "did not answer in 1 s"]
    assert asked == [1]
    await asyncio.sleep(0)
    assert (await gateway.client.get("/readyz/consuming")).json()["ready"]


async def test_probes_answer_themselves_and_never_by_a_redirect(gateway: Gateway) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/api/garden/livez", "/api/garden/readyz", "/api/garden/metrics"):
        assert (await gateway.client.get(path)).status_code == 200
        assert (await gateway.client.get(path + "/")).status_code == 404


async def test_figures_are_in_the_format_that_prometheus_reads(gateway: Gateway) -> None:
    answer = await gateway.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert {family.name for family in text_string_to_metric_families(answer.text)} >= {"community_commands"}
