"""The inbox over HTTP: page by page, in the reader's language, read by its owner alone."""

from typing import Any

from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import a_case
from tests.unit.notify.given import HOUR, NEIGHBOUR, NOW, RESIDENT


async def test_the_inbox_page_by_page_in_the_readers_language(house: House, api: Api) -> None:
    for n in range(5):
        house.now = NOW + n * HOUR
        await house.take(a_case(f"case-{n}"))
    await house.take(a_case("case-9", reporter="resident-2"))
    seen, cursor = [], None
    while True:
        query: dict[str, Any] = {"limit": 3} if cursor is None else {"limit": 3, "cursor": cursor}
        page = (await api.call(RESIDENT, "GET", "/me/notices", language="en", **query)).json()
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len({item["id"] for item in seen}) == 10
    assert [item["delivered_at"] for item in seen] == sorted((item["delivered_at"] for item in seen), reverse=True)
    assert "“楼道灯不亮” has been put right" in {item["subject"] for item in seen}
    assert (await api.call(RESIDENT, "GET", "/me/unread")).json() == {"unread": 10}


async def test_reading_counts_down_once(house: House, api: Api) -> None:
    await house.take(a_case())
    first, second = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    for _ in range(2):
        assert (await api.call(RESIDENT, "POST", f"/me/notices/{first['id']}/read")).json()["read_at"]
    assert (await api.call(RESIDENT, "GET", "/me/unread")).json() == {"unread": 1}
    left = (await api.call(RESIDENT, "GET", "/me/notices", unread=True)).json()["items"]
    assert [item["id"] for item in left] == [second["id"]]


async def test_nobody_reads_for_another(house: House, api: Api) -> None:
    await house.take(a_case())
    (first, *_) = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    assert (await api.call(NEIGHBOUR, "POST", f"/me/notices/{first['id']}/read")).status_code == 404
    assert (await api.call(NEIGHBOUR, "GET", "/me/notices")).json()["items"] == []
