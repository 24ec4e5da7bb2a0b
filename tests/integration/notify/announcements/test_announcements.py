"""Announcements over HTTP and on the board: valid ones hang, pinned ones first, and every edit can be read."""

from typing import Any

from tests.integration.notify.board.test_board import places
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.unit.notify.given import DAY, HERE, HOUR, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE

PATH = "/announcements"


async def posted(api: Api, title: str, key: str, **fields: Any) -> dict[str, Any]:
    body = {"community": HERE, "title": title, "text": "详见通知。", **fields}
    answer = await api.call(STAFF, "POST", PATH, body, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def titles(api: Api) -> list[str]:
    board = (await api.call(None, "GET", "/api/notify/v1/board/sunshine")).json()
    return [each["title"] for each in board["announcements"]]


async def test_what_is_valid_hangs_and_the_pinned_comes_first(house: House, api: Api) -> None:
    await house.take(places())
    await posted(api, "换届选举公告", "a", pinned=True)
    house.now += HOUR
    await posted(api, "停水通知", "b", valid_until=(NOW + DAY).isoformat())
    ahead = await posted(api, "元宵灯会", "c", valid_from=(NOW + 2 * DAY).isoformat())
    assert await titles(api) == ["换届选举公告", "停水通知"]
    assert (await api.call(None, "GET", f"{PATH}/{ahead['id']}")).status_code == 404
    house.now = NOW + 3 * DAY
    assert await titles(api) == ["换届选举公告", "元宵灯会"]
    page = await api.call(None, "GET", "/board/sunshine")
    assert "元宵灯会" in page.text
    assert "停水通知" not in page.text


async def test_edits_are_read_by_everybody_and_say_why(house: House, api: Api) -> None:
    await house.take(places())
    made = await posted(api, "停水通知", "a")
    path = f"{PATH}/{made['id']}"
    edited = await api.call(STAFF, "PATCH", path, {"reason": "时间有变", "text": "改为周日。"})
    assert edited.status_code == 200
    read = (await api.call(None, "GET", path)).json()
    assert (read["revision"], read["text"]) == (2, "改为周日。")
    assert [(each["reason"], each["text"]) for each in read["edits"]] == [("时间有变", "详见通知。")]
    assert "staff-1" not in str(read)
    board = (await api.call(None, "GET", "/board/sunshine")).text
    log = f"/board/sunshine/announcements/{made['id']}"
    assert f'<a href="{log}?lang=zh">第 2 版</a>' in board
    page = (await api.call(None, "GET", log)).text
    assert all(said in page for said in ("改为周日。", "时间有变", "详见通知。"))
    assert (await api.call(None, "GET", log.replace("sunshine", "riverside"))).status_code == 404
    await api.call(STAFF, "POST", f"{path}/withdraw", {"reason": "已恢复"})
    assert (await api.call(None, "GET", log)).status_code == 404


async def test_a_withdrawn_one_hangs_no_more_and_staff_still_find_it(house: House, api: Api) -> None:
    await house.take(places())
    made = await posted(api, "停水通知", "a")
    gone = await api.call(STAFF, "POST", f"{PATH}/{made['id']}/withdraw", {"reason": "已恢复"})
    assert gone.json()["status"] == "withdrawn"
    assert await titles(api) == []
    assert (await api.call(None, "GET", PATH, community=HERE)).json()["items"] == []
    assert (await api.call(RESIDENT, "GET", f"{PATH}/{made['id']}")).status_code == 404
    blank = {"community": HERE, "title": "\u200b\u3164", "text": "详见通知。"}
    assert (await api.call(STAFF, "POST", PATH, blank)).status_code == 422
    every = (await api.call(STAFF, "GET", f"{PATH}/all", community=HERE)).json()["items"]
    assert [each["id"] for each in every] == [made["id"]]


async def test_only_staff_of_the_community_write(house: House, api: Api) -> None:
    made = await posted(api, "停水通知", "a")
    body = {"community": HERE, "title": "x", "text": "y"}
    for other in (RESIDENT, STAFF_ELSEWHERE):
        refused = await api.call(other, "POST", PATH, body, headers={"Idempotency-Key": other.sub})
        assert refused.status_code == 403
        assert (await api.call(other, "GET", f"{PATH}/all", community=HERE)).status_code == 403
    change = {"reason": "改", "title": "z"}
    assert (await api.call(RESIDENT, "PATCH", f"{PATH}/{made['id']}", change)).status_code == 403
    assert (await api.call(STAFF_ELSEWHERE, "PATCH", f"{PATH}/{made['id']}", change)).status_code == 404
    assert (await api.call(None, "PATCH", f"{PATH}/{made['id']}", change)).status_code == 401
