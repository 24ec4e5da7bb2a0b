"""A community adds a kind and a route over HTTP, and from then on its people hear of an event nobody had told of."""

from typing import Any

import pytest

from services.contracts import issues as i
from services.contracts import volunteers as v
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import a_case, fact
from tests.unit.notify.given import HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE

AT = f"/communities/{HERE}/routing"


def a_body(event: str, to: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {
        "kinds": {"news": {"sort": "social", "zh": "社区新消息", "en": "News"}},
        "routes": [{"event": event, "name": "tell_the_news", "tell": [{"kind": "news", "to": to, **values}]}],
    }


async def test_a_row_is_all_that_a_new_event_needs(house: House, api: Api) -> None:
    body = a_body("cn.community.issues.case.accepted.v1", {"rule": "followers"}, subject={"of": "case"})
    made = await api.call(STAFF, "PUT", AT, body)
    assert (made.status_code, made.json()["edition"]) == (201, 1)
    assert (await api.call(STAFF, "PUT", AT, body)).json()["edition"] == 1
    await house.take(a_case()[:2])
    await house.take(a_case()[:2])
    assert await house.told(channel="inbox") == [("resident-1", "news", "inbox", "delivered", None)]
    (item,) = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    assert item["subject"] == "社区新消息：楼道灯不亮"
    (notice,) = await house.db["notices"].find({"state.channel": "inbox"}).to_list(None)
    assert [entry["type"] for entry in notice["outbox"]] == [
        "cn.community.notify.delivery.queued.v1",
        "cn.community.notify.delivery.progressed.v1",
    ]
    assert notice["outbox"][-1]["state_type"] == "cn.community.notify.delivery.state.v1"


async def test_audiences_are_found_in_what_is_known_of_people(house: House, api: Api) -> None:
    await house.take(
        [fact(i.PlaceRegistered(kind=i.PlaceKind.BUILDING, title=f"{n}号楼"), f"place-{n}", 1) for n in (8, 9)]
    )
    lost = {"community": HERE, "building": "place-99"}
    refused = await api.call(RESIDENT, "PUT", "/me/home", lost)
    assert (refused.status_code, refused.json()["code"]) == (422, "home.unknown-building")
    for by, building, band in ((RESIDENT, "place-9", "elder"), (NEIGHBOUR, "place-8", "adult")):
        home = {"community": HERE, "building": building, "age_band": band}
        assert (await api.call(by, "PUT", "/me/home", home)).status_code == 201
    joined = [
        fact(v.TeamMemberJoined(person=person, members=2), "team-1", n) for n, person in ((1, "resident-1"), (2, "x-1"))
    ]
    await house.take([*joined, fact(v.TeamMemberLeft(person="x-1", members=1), "team-1", 3)])
    told: dict[str, list[str]] = {}
    for n, (name, to) in enumerate(
        {
            "building": {"rule": "building", "field": "building"},
            "elders": {"rule": "age-band", "value": "elder"},
            "team": {"rule": "team", "value": "team-1"},
            "everyone": {"rule": "everyone"},
        }.items()
    ):
        await api.call(STAFF, "PUT", AT, a_body("cn.community.issues.case.reported.v1", to))
        house.now = NOW.replace(minute=n + 1)
        await house.take([a_case(f"case-{n}", reporter=None)[0]])
        told[name] = [each[0] for each in await house.told(channel="inbox", about=f"case-{n}")]
    assert told == {
        "building": ["resident-1"],
        "elders": ["resident-1"],
        "team": ["resident-1"],
        "everyone": ["resident-1", "resident-2"],
    }


@pytest.mark.parametrize("rule", ["team", "building"])
async def test_a_table_names_the_teams_and_buildings_that_there_are_here(house: House, api: Api, rule: str) -> None:
    joined = fact(v.TeamMemberJoined(person="x-1", members=1), "there-1", 1)
    place = fact(i.PlaceRegistered(kind=i.PlaceKind.BUILDING, title="9号楼"), "there-1", 1)
    await house.take([joined if rule == "team" else place])
    event = "cn.community.issues.case.accepted.v1"
    wrong = a_body(event, {"rule": rule, "value": "nope"})
    refused = await api.call(STAFF, "PUT", AT, wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "routing.wrong")
    assert f"tell_the_news：to.value：没有 {rule} nope" in refused.text
    right = a_body(event, {"rule": rule, "value": "there-1"})
    assert (await api.call(STAFF, "PUT", AT, right)).status_code == 201


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "没有其他服务发布的事件 cn.community"), ("en", "is no event that another service")]
)
async def test_a_route_of_an_event_that_does_not_exist_is_refused_in_the_callers_words(
    house: House, api: Api, language: str, said: str
) -> None:
    wrong = a_body("cn.community.issues.case.sold.v1", {"rule": "followers"})
    refused = await api.call(STAFF, "PUT", AT, wrong, language=language)
    assert (refused.status_code, refused.json()["code"], said in refused.text) == (422, "routing.wrong", True)


async def test_a_table_is_taken_whole_or_not_at_all_and_by_its_staff_alone(house: House, api: Api) -> None:
    wrong = a_body("cn.community.issues.case.accepted.v1", {"rule": "person", "field": "nobody"})
    refused = await api.call(STAFF, "PUT", AT, wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "routing.wrong")
    assert await house.db["notice_routings"].count_documents({}) == 0
    right = a_body("cn.community.issues.case.accepted.v1", {"rule": "followers"})
    for by in (RESIDENT, STAFF_ELSEWHERE):
        assert (await api.call(by, "PUT", AT, right)).status_code == 403
        assert (await api.call(by, "GET", AT)).status_code == 403
    shown = (await api.call(STAFF, "GET", AT)).json()
    assert shown["routes"] == []
    assert "tell_of_dispatch" in [route["name"] for route in shown["shipped"]["routes"]]
