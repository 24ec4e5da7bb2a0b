"""The inbox live: what was missed comes once and in order, at any replica, and then what comes."""

import asyncio
import json
from contextlib import aclosing

import httpx
import uvicorn

from services.chassis.auth.development import DevelopmentIssuer
from services.notify.app import service
from services.notify.notices.feed import Came, Feed
from services.notify.settings import NotifySettings
from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import a_case
from tests.unit.notify.given import HOUR, NEIGHBOUR, NOW, RESIDENT
from tests.waiting import eventually, patiently

ME = "resident-1"


def a_feed(house: House) -> Feed:
    return Feed(house.notices, house.db)


async def arrive(house: House, *cases: int) -> None:
    for n in cases:
        house.now = NOW + n * HOUR
        await house.take(a_case(f"case-{n}")[:3])


async def numbers(feed: Feed, last: int) -> list[tuple[int, str]]:
    return [(number, stored.aggregate.about) for number, stored in await feed.after(ME, last)]


async def test_who_comes_back_gets_what_was_missed_once_and_in_order_at_any_replica(house: House) -> None:
    await arrive(house, 1)
    first = a_feed(house)
    assert await numbers(first, 0) == [(1, "case-1")]
    await arrive(house, 2, 3, 4)
    for replica in (a_feed(house), first, a_feed(house)):
        assert await numbers(replica, 1) == [(2, "case-2"), (3, "case-3"), (4, "case-4")]
    asked = await asyncio.gather(*(numbers(a_feed(house), 3) for _ in range(6)))
    assert all(each == [(4, "case-4")] for each in asked)


async def test_replicas_that_number_side_by_side_agree(house: House) -> None:
    await arrive(house, *range(1, 7))
    asked = await asyncio.gather(*(numbers(a_feed(house), 0) for _ in range(8)))
    assert {tuple(each) for each in asked} == {tuple((n, f"case-{n}") for n in range(1, 7))}


async def test_inboxes_that_are_read_at_once_are_numbered_together_each_by_itself(house: House) -> None:
    people = [f"resident-{n}" for n in range(5)]
    for n in (1, 2):
        house.now = NOW + n * HOUR
        await house.take([record for each in people for record in a_case(f"case-{n}-of-{each}", each)[:3]])
    feed = a_feed(house)
    asked = await asyncio.gather(*(feed.after(each, 0) for each in people * 2))
    for person, numbered in zip(people * 2, asked, strict=True):
        told = [(number, stored.aggregate.about) for number, stored in numbered]
        assert told == [(1, f"case-1-of-{person}"), (2, f"case-2-of-{person}")]


async def test_a_reader_without_a_number_gets_no_history_and_then_what_comes(house: House, api: Api) -> None:
    await arrive(house, 1, 2)
    feed = a_feed(house)
    watching = asyncio.create_task(feed.run())
    try:
        async with aclosing(feed.read(ME, None)) as reading, aclosing(feed.read(ME, 999)) as ahead:
            readers = (reading, ahead)
            assert [await anext(each) for each in readers] == [Came([], stirred=False)] * 2
            coming = [asyncio.ensure_future(anext(each)) for each in readers]
            await eventually(lambda: _watches(house), every=0.05)
            await arrive(house, 3)
            async with asyncio.timeout(patiently(5)):
                for came in await asyncio.gather(*coming):
                    assert [(number, stored.aggregate.about) for number, stored in came.notices] == [(3, "case-3")]
                elsewhere = await feed.after(ME, 2)
                coming = [asyncio.ensure_future(anext(each)) for each in readers]
                await api.call(RESIDENT, "POST", f"/me/notices/{elsewhere[0][1].aggregate.id}/read")
                assert await asyncio.gather(*coming) == [Came([], stirred=True)] * 2
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert [each async for each in feed.read(ME, 3)] == [], "readers end with their process"


async def _watches(house: House) -> bool:
    """Whether the store has a change stream of the inboxes open."""
    under_way = house.db.client.admin.aggregate([{"$currentOp": {"idleCursors": True}}])
    here = [each async for each in under_way if each.get("ns") == f"{house.db.name}.notices"]
    return any("$changeStream" in str(each) for each in here)


async def test_events_over_http_are_those_of_the_caller(house: House, api: Api) -> None:
    await arrive(house, 1, 2)
    feed = a_feed(house)
    await feed.after(ME, 0)
    document = await house.db["inbox_feeds"].find_one({"_id": ME})
    assert document is not None
    assert document["n"] == 2
    page = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    shown = [(await house.notices.get(item["id"])).aggregate.about for item in page]
    assert json.dumps(shown) == '["case-2", "case-1"]'
    assert await a_feed(house).after(NEIGHBOUR.sub, 0) == []
    refused = await api.call(RESIDENT, "GET", "/me/notices/live", headers={"Last-Event-ID": "'; drop"})
    assert refused.status_code == 422


async def test_everything_is_read_at_once_and_put_away_one_by_one(house: House, api: Api) -> None:
    await arrive(house, 1, 2, 3)
    first = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"][0]
    assert (await api.call(NEIGHBOUR, "POST", f"/me/notices/{first['id']}/archive")).status_code == 404
    assert (await api.call(RESIDENT, "POST", f"/me/notices/{first['id']}/archive")).json()["read_at"]
    assert (await api.call(RESIDENT, "GET", "/me/unread")).json() == {"unread": 2}
    assert (await api.call(RESIDENT, "POST", "/me/notices/read-all")).json() == {"unread": 0}
    left = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    assert len(left) == 2
    away = (await api.call(RESIDENT, "GET", "/me/notices", archived=True)).json()["items"]
    assert [each["id"] for each in away] == [first["id"]]


async def test_the_stream_resumes_over_http(house: House, settings: NotifySettings, unused_tcp_port: int) -> None:
    await arrive(house, 1, 2, 3)
    await a_feed(house).after(ME, 0)
    app = standing.gateway(service, settings, standing.routers(house.rooms)).app
    server = uvicorn.Server(uvicorn.Config(app, port=unused_tcp_port, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    token = DevelopmentIssuer(settings).mint(ME, ["resident"], ["sunshine"])
    headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": "1"}
    lines: list[str] = []
    try:
        while not server.started:
            await asyncio.sleep(0.02)
        root = f"http://127.0.0.1:{unused_tcp_port}/api/notify"
        url = f"{root}/v1/me/notices/live"
        async with (
            httpx.AsyncClient(timeout=patiently(5)) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                lines.append(line)
                if line.startswith('data: {"unread"'):
                    break
        async with httpx.AsyncClient(timeout=patiently(5)) as client:
            described = (await client.get(f"{root}/openapi.json", headers=headers)).json()
    finally:
        server.should_exit = server.force_exit = True
        await serving
    assert [line for line in lines if line.startswith("id: ")] == ["id: 2", "id: 3"]
    assert lines[-1] == 'data: {"unread":3}'
    assert "/me/notices/live" in described["paths"]["/api/notify/v1/me/notices"]["get"]["description"]
