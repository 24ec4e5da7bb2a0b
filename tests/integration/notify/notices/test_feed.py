"""The inbox live: what was missed comes once and in order, at any replica, and then what comes."""

import asyncio
import json
from contextlib import aclosing
from datetime import timedelta

import httpx
import uvicorn

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.store.aggregates import Stored
from services.notify.app import service
from services.notify.notices.domain.bookmark import Bookmark, bookmark_of
from services.notify.notices.domain.notice import Notice
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
    return Feed(house.notices, house.db, house.clock)


async def arrive(house: House, *cases: int) -> None:
    for n in cases:
        house.now = NOW + n * HOUR
        await house.take(a_case(f"case-{n}")[:3])


async def abouts(feed: Feed, bookmark: Bookmark) -> list[str]:
    return [stored.aggregate.about for _, stored in await feed.after(ME, bookmark)]


async def the_bookmark_after(house: House, *cases: int) -> Bookmark:
    """The bookmark of a reader who comes back after they were told of these cases, which are the first."""
    told = await a_feed(house).after(ME, Bookmark(NOW))
    id, last = told[len(cases) - 1]
    assert last.aggregate.about == f"case-{cases[-1]}"
    return there(id, house)


def there(id: str, house: House) -> Bookmark:
    bookmark = bookmark_of(id, house.now)
    assert bookmark is not None
    return bookmark


async def test_who_comes_back_gets_what_was_missed_once_and_in_order_at_any_replica(house: House) -> None:
    await arrive(house, 1)
    first = a_feed(house)
    [(id, _)] = await first.after(ME, Bookmark(NOW))
    await arrive(house, 2, 3, 4)
    for replica in (a_feed(house), first, a_feed(house)):
        bookmark = there(id, house)
        assert await abouts(replica, bookmark) == ["case-2", "case-3", "case-4"]
        assert await abouts(replica, bookmark) == []
    back = await the_bookmark_after(house, 1, 2, 3)
    assert await abouts(a_feed(house), back) == ["case-4"]


async def test_what_a_slower_clock_has_stamped_comes_too_and_what_was_told_does_not_come_again(house: House) -> None:
    for case, seconds in ((1, 0), (2, 20), (3, 40)):
        house.now = NOW + timedelta(seconds=seconds)
        await house.take(a_case(f"case-{case}")[:3])
    back = await the_bookmark_after(house, 1, 2, 3)
    house.now = NOW + timedelta(seconds=10)
    await house.take(a_case("case-4")[:3])
    house.now = NOW + timedelta(seconds=50)
    assert await abouts(a_feed(house), back) == ["case-4"]


async def test_a_reader_without_a_bookmark_gets_no_history_and_then_what_comes(house: House, api: Api) -> None:
    await arrive(house, 1, 2)
    feed = a_feed(house)
    watching = asyncio.create_task(feed.run())
    ahead_of_all = bookmark_of(Bookmark(NOW + 999 * HOUR).id, house.now)
    try:
        async with aclosing(feed.read(ME, None)) as reading, aclosing(feed.read(ME, ahead_of_all)) as ahead:
            readers = (reading, ahead)
            assert [await anext(each) for each in readers] == [Came([], stirred=False)] * 2
            coming = [asyncio.ensure_future(anext(each)) for each in readers]
            await eventually(lambda: _watches(house), every=0.05)
            await arrive(house, 3)
            async with asyncio.timeout(patiently(5)):
                for came in await asyncio.gather(*coming):
                    assert [stored.aggregate.about for _, stored in came.notices] == ["case-3"]
                [(_, stored)] = came.notices
                coming = [asyncio.ensure_future(anext(each)) for each in readers]
                await api.call(RESIDENT, "POST", f"/me/notices/{stored.aggregate.id}/read")
                assert await asyncio.gather(*coming) == [Came([], stirred=True)] * 2
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert [each async for each in feed.read(ME, Bookmark(NOW))] == [], "readers end with their process"


async def test_what_this_process_has_made_is_told_without_a_look_at_the_store(house: House) -> None:
    feed = a_feed(house)
    async with aclosing(feed.read(ME, None)) as reading:
        assert (await anext(reading)).notices == []
        await arrive(house, 1)
        [(_, made)] = await a_feed(house).after(ME, Bookmark(NOW))
        feed.came([made])
        [(_, told)] = (await anext(reading)).notices
        assert told is made


async def test_what_this_process_writes_is_told_as_the_change_says_that_it_stands(house: House) -> None:
    await arrive(house, 1, 2)
    feed = a_feed(house)
    written = [stored for _, stored in await feed.after(ME, Bookmark(NOW))]
    by_another = Stored(written[1].aggregate.becoming(delivered_at=NOW), 1)
    documents = [await house.db["notices"].find_one_and_delete({"_id": each.aggregate.id}) for each in written]
    watching = asyncio.create_task(feed.run())
    try:
        await eventually(lambda: _watches(house), every=0.05)
        async with aclosing(feed.read(ME, None)) as reading:
            assert (await anext(reading)).notices == []
            feed.coming([written[0], by_another])
            for document in documents:
                assert document is not None
                await house.db["notices"].insert_one(document)
            told = list[Stored[Notice]]()
            while len(told) < 2:
                told += [stored for _, stored in (await anext(reading)).notices]
            assert told[0] is written[0]
            assert told[1] == written[1], "what another process wrote under the id is read"
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_what_was_told_is_passed_over_when_it_comes_again(house: House) -> None:
    feed = a_feed(house)
    watching = asyncio.create_task(feed.run())
    try:
        await eventually(lambda: _watches(house), every=0.05)
        async with aclosing(feed.read(ME, None)) as reading:
            assert (await anext(reading)).notices == []
            await arrive(house, 1)
            [(_, told)] = (await anext(reading)).notices
            coming = asyncio.ensure_future(anext(reading))
            feed.came([told])
            await arrive(house, 2)
            [(_, following)] = (await coming).notices
            assert [told.aggregate.about, following.aggregate.about] == ["case-1", "case-2"]
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watches(house: House) -> bool:
    """Whether the store has a change stream of the inboxes open."""
    under_way = house.db.client.admin.aggregate([{"$currentOp": {"idleCursors": True}}])
    here = [each async for each in under_way if each.get("ns") == f"{house.db.name}.notices"]
    return any("$changeStream" in str(each) for each in here)


async def test_events_over_http_are_those_of_the_caller(house: House, api: Api) -> None:
    await arrive(house, 1, 2)
    page = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    shown = [(await house.notices.get(item["id"])).aggregate.about for item in page]
    assert json.dumps(shown) == '["case-2", "case-1"]'
    assert await a_feed(house).after(NEIGHBOUR.sub, Bookmark(NOW)) == []
    refused = await api.call(RESIDENT, "GET", "/me/notices/live", headers={"Last-Event-ID": "'; drop"})
    assert refused.status_code == 422


async def test_nothing_is_left_of_what_earlier_versions_kept_for_readers(house: House) -> None:
    await house.db["inbox_feeds"].insert_many([{"_id": ME}, {"_id": NEIGHBOUR.sub}])
    await a_feed(house).forget(ME)
    assert [each["_id"] async for each in house.db["inbox_feeds"].find()] == [NEIGHBOUR.sub]


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
    back = (await a_feed(house).after(ME, Bookmark(NOW)))[0][0]
    app = standing.gateway(service, settings, standing.routers(house.rooms)).app
    server = uvicorn.Server(uvicorn.Config(app, port=unused_tcp_port, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    token = DevelopmentIssuer(settings).mint(ME, ["resident"], ["sunshine"])
    headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": back}
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
                if line == 'data: {"unread":3}':
                    await arrive(house, 4)  # nothing watches the store here: the process tells its own readers
                if line == 'data: {"unread":4}':
                    break
        async with httpx.AsyncClient(timeout=patiently(5)) as client:
            described = (await client.get(f"{root}/openapi.json", headers=headers)).json()
    finally:
        server.should_exit = server.force_exit = True
        await serving
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith('data: {"id"')]
    assert [each["about"] for each in told] == ["case-2", "case-3", "case-4"]
    ids = [line.removeprefix("id: ") for line in lines if line.startswith("id: ")]
    assert [await abouts(a_feed(house), there(id, house)) for id in ids] == [["case-3", "case-4"], ["case-4"], []]
    assert "/me/notices/live" in described["paths"]["/api/notify/v1/me/notices"]["get"]["description"]
