"""What the desk is told of a case, and what it puts right: names, commands that are possible, corrections, remarks."""

from typing import Any

from services.chassis.principal import Role
from tests.integration.issues.calling import Answer, Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, WALKER, person

EN, ZH = {"Accept-Language": "en"}, {"Accept-Language": "zh-CN"}


async def a_dispatched_case(api: Api, unit: str, building: str) -> dict[str, Any]:
    report = {"community": HERE, "category": "lighting", "place": building, "text": "灯不亮", "floor": 7}
    case = await api.made(RESIDENT, "/cases", report)
    await api.made(STAFF, f"/cases/{case['id']}/accept", {})
    dispatched: dict[str, Any] = await api.made(STAFF, f"/cases/{case['id']}/dispatch", {"unit": unit})
    return dispatched


def commands(case: dict[str, Any]) -> set[str]:
    return {each["command"] for each in case["can"]}


async def test_every_answer_has_names_beside_ids_and_what_the_caller_can(
    api: Api, unit_and_houses: tuple[str, list[str]]
) -> None:
    unit, houses = unit_and_houses
    case = await a_dispatched_case(api, unit, houses[0])
    handler, at = person("handler-1", Role.HANDLER, units=(unit,)), f"/cases/{case['id']}"
    named = {"unit": "物业公司", "first_unit": "物业公司", "place": "都市小区 1号楼", "building": "1号楼"}
    chinese = (await api.get(STAFF, at, ZH)).json["names"]
    assert named.items() <= chinese.items()
    assert (chinese["at"], chinese["status"]) == ("都市小区 1号楼", "已派单")
    assert chinese["category"] == case["category_zh"]
    english = (await api.get(STAFF, at, EN)).json["names"]
    assert (english["status"], english["unit"]) == ("dispatched", "物业公司")
    assert english["category"] == case["category_en"]
    assert english["group"].isascii()
    assert (await api.get(NEIGHBOUR, at)).json["names"]["at"] is None

    assert {"reassign", "amend", "remark", "pause", "merge"} <= commands(case)
    assert not {"accept", "verify", "start"} & commands(case)
    assert commands((await api.get(handler, at)).json) == {
        "take",
        "start",
        "handle",
        "give-on",
        "request-extension",
        "return",
        "remark",
        "support",
    }
    assert commands((await api.get(RESIDENT, at)).json) == {"remark"}
    assert commands((await api.get(NEIGHBOUR, at)).json) == {"support"}
    listed = (await api.get(handler, "/cases", community=HERE)).json["items"]
    assert (listed[0]["can"], listed[0]["names"]) == (
        (await api.get(handler, at)).json["can"],
        (await api.get(handler, at)).json["names"],
    )
    [giving] = [each for each in (await api.get(handler, at, EN)).json["can"] if each["command"] == "request-extension"]
    assert giving == {
        "command": "request-extension",
        "title": "ask for more time",
        "inputs": [
            {"name": "until", "type": "date-time", "required": True},
            {"name": "reason", "type": "string", "required": True},
        ],
    }
    refused = await api.post(STAFF, f"{at}/verify", {}, ZH)
    assert refused.json["detail"] == "案件当前状态为“已派单”，不能“核查”。"


async def test_what_is_known_already_is_not_sent_again_but_what_is_said_otherwise_is(
    api: Api, unit_and_houses: tuple[str, list[str]]
) -> None:
    case = await a_dispatched_case(api, *_first(unit_and_houses))
    at = f"/cases/{case['id']}"
    first = await api.get(STAFF, at)
    tag = first.headers["etag"]
    assert tag.startswith(f'"{case["version"]}-')
    assert (await api.get(STAFF, at, {"If-None-Match": tag})).status == 304
    assert (await api.get(STAFF, at, {"If-None-Match": tag, **ZH})).status == 200
    amended = await api.post(STAFF, f"{at}/amend", {"title": "灯", "reason": "x"}, {"If-Match": tag})
    assert amended.status == 200
    assert (await api.post(STAFF, f"{at}/amend", {"title": "电", "reason": "x"}, {"If-Match": tag})).status == 412


async def test_staff_put_a_case_right_and_the_history_tells(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]]
) -> None:
    unit, houses = unit_and_houses
    case = await a_dispatched_case(api, unit, houses[0])
    at = f"/cases/{case['id']}"
    body = {
        "category": "noise",
        "place": houses[1],
        "priority": "urgent",
        "title": "电话13812345678",
        "reason": "登记有误",
    }
    amended = (await api.post(STAFF, f"{at}/amend", body)).json
    assert (amended["category"], amended["priority"]) == ("noise", "urgent")
    assert amended["names"]["place"] == "都市小区 2号楼"
    assert "13812345678" not in amended["title"]
    assert amended["inside"]["remarks"][-1]["text"] == "登记有误"
    kept: Any = await store.cases.collection.find_one({"_id": case["id"]})
    [told] = [each for each in kept["outbox"] if each["type"].endswith(".amended.v1")]
    assert set(told["data"]["amended"]) == {"category", "title", "priority", "place", "floor"}
    for by, status in ((RESIDENT, 403), (person("s", Role.STAFF, community="elsewhere"), 404)):
        assert (await api.post(by, f"{at}/amend", body)).status == status
    [compound] = (await api.get(STAFF, "/places", community=HERE, kind="compound")).json["items"]
    report = {"community": HERE, "category": "lighting", "place": houses[0], "text": "灯不亮"}
    part = {"category": "lighting", "title": "灯"}
    for wrong, code in (
        ({"floor": 99}, "place.no-such-floor"),
        ({"floor": 1, "place": compound["id"]}, "place.no-floors"),
    ):
        assert (await api.post(STAFF, f"{at}/amend", {**wrong, "reason": "x"})).code == code
        assert (await api.post(STAFF, f"{at}/children", {**part, **wrong})).code == code
        assert (await api.post(RESIDENT, "/cases", {**report, **wrong})).code == code
    found = await api.made(
        WALKER, "/cases", {"community": HERE, "category": "lighting", "place": houses[0], "title": "灯"}
    )
    fixed = await api.post(STAFF, f"/cases/{found['id']}/amend", {"category": "noise", "reason": "分类有误"})
    assert fixed.json["category"] == "noise"


async def test_remarks_with_photos_public_and_internal(api: Api, unit_and_houses: tuple[str, list[str]]) -> None:
    unit, houses = unit_and_houses
    case = await a_dispatched_case(api, unit, houses[0])
    at = f"/cases/{case['id']}/remark"

    async def remarked(by: Any, **body: Any) -> Answer:
        photo = (await api.photo(by, a_picture(f"hsl({len(body['text']) * 30}, 80%, 50%)"))).json["id"]
        return await api.post(by, at, {**body, "photos": [photo]})

    theirs = (await remarked(RESIDENT, text="还有三楼")).json
    public = (await remarked(STAFF, text="师傅明天到")).json
    internal = (await remarked(STAFF, text="住户曾多次投诉", internal=True)).json
    assert (await remarked(NEIGHBOUR, text="我也看见")).code == "case.only-the-reporter"
    assert (await remarked(RESIDENT, text="x", internal=True)).code == "case.internal-by-reporter"

    seen = (await api.get(RESIDENT, f"/cases/{case['id']}")).json["inside"]
    assert [each["text"] for each in seen["remarks"]] == ["还有三楼", "师傅明天到"]
    assert [each["photos"] for each in seen["remarks"]] == [seen["before"][-1:], seen["after"]]
    assert (seen["before"], seen["after"]) == (theirs["inside"]["before"], public["inside"]["after"])
    hidden = internal["inside"]["after"][-1]
    assert (await api.get(RESIDENT, f"/photos/{hidden}")).status == 404
    assert (await api.get(person("h", Role.HANDLER, units=(unit,)), f"/photos/{hidden}")).status == 200
    assert (await api.get(RESIDENT, f"/photos/{seen['after'][0]}")).status == 200


async def test_a_person_of_the_unit_takes_it_and_gives_it_on(api: Api, unit_and_houses: tuple[str, list[str]]) -> None:
    unit, houses = unit_and_houses
    case = await a_dispatched_case(api, unit, houses[0])
    one, at = person("handler-1", Role.HANDLER, units=(unit,)), f"/cases/{case['id']}"
    taken = (await api.post(one, f"{at}/take")).json
    assert taken["inside"]["assignee"] == "handler-1"
    refused = await api.post(one, f"{at}/give-on", {"to": "handler-2"})
    assert (refused.status, refused.code) == (409, "case.not-known-as-colleague")
    other = await a_dispatched_case(api, unit, houses[0])
    await api.post(person("handler-2", Role.HANDLER, units=(unit,)), f"/cases/{other['id']}/take")
    given = (await api.post(one, f"{at}/give-on", {"to": "handler-2", "note": "请接手"})).json
    assert given["inside"]["assignee"] == "handler-2"
    assert (await api.get(RESIDENT, at)).json["inside"]["assignee"] is None
    assert (await api.post(STAFF, f"{at}/take")).status == 403


def _first(unit_and_houses: tuple[str, list[str]]) -> tuple[str, str]:
    return unit_and_houses[0], unit_and_houses[1][0]
