"""Cases over HTTP: a whole life, what is shown to whom, repeated and competing requests, lists."""

import asyncio
import logging
from typing import Any

import pytest

from services.contracts.issues import CaseStatus
from services.issues.cases.domain.transitions import TRANSITIONS
from tests.integration.issues.calling import Answer, Api, a_community
from tests.unit.issues.world import (
    HANDLER,
    HERE,
    NEIGHBOUR,
    OTHER_HANDLER,
    RESIDENT,
    STAFF,
    STRANGER,
    SUPERVISOR,
    UNIT,
    WALKER,
)

PHONE = "13812345678"


def a_body(building: str, **more: Any) -> dict[str, Any]:
    return {"community": HERE, "category": "lighting", "place": building, "text": "楼道灯不亮", **more}


async def test_a_whole_life_from_report_to_rating(api: Api) -> None:
    unit, [building, *_] = await a_community(api)
    assert unit == UNIT.id
    seen = (await api.photo(RESIDENT)).json
    case = await api.made(RESIDENT, "/cases", a_body(building, before=[seen["id"]], contact={"phone": PHONE}))
    at = f"/cases/{case['id']}"

    async def step(by: Any, command: str, body: dict[str, Any], status: CaseStatus, version: int) -> dict[str, Any]:
        answer = await api.post(by, f"{at}/{command}", body)
        assert (answer.status, answer.json["status"], answer.headers["etag"]) == (200, status, f'"{version}"')
        return dict(answer.json)

    await step(STAFF, "accept", {"title": "公共照明损坏"}, CaseStatus.ACCEPTED, 2)
    dispatched = await step(STAFF, "dispatch", {"unit": unit}, CaseStatus.DISPATCHED, 3)
    assert dispatched["due_at"] is not None
    await step(HANDLER, "start", {}, CaseStatus.IN_PROGRESS, 4)
    assert (await api.post(HANDLER, f"{at}/handle", {"note": "x"})).code == "case.evidence-missing"
    done = (await api.photo(HANDLER)).json
    handled = await step(HANDLER, "handle", {"photos": [done["id"]]}, CaseStatus.HANDLED, 5)
    assert (handled["photos"], handled["inside"]["after"]) == (2, [done["id"]])
    assert (await api.post(RESIDENT, f"{at}/verify", {})).status == 403
    verified = await step(SUPERVISOR, "verify", {"note": "亮了"}, CaseStatus.VERIFIED, 6)
    assert verified["contact"] is None
    rated = await step(RESIDENT, "rate", {"rating": 5}, CaseStatus.EVALUATED, 7)
    assert rated["contact"] is None
    assert (await api.get(RESIDENT, at)).json["contact"]["phone"] == PHONE
    again = await api.post(SUPERVISOR, f"{at}/verify", {})
    assert (again.status, again.code) == (409, "case.not-now")


async def test_what_is_shown_to_whom(api: Api) -> None:
    unit, [building, *_] = await a_community(api)
    photo = (await api.photo(RESIDENT)).json["id"]
    case = await api.made(RESIDENT, "/cases", a_body(building, before=[photo], contact={"phone": PHONE}))
    await api.made(STAFF, f"/cases/{case['id']}/accept", {})
    await api.made(STAFF, f"/cases/{case['id']}/dispatch", {"unit": unit})

    shown: dict[str, tuple[bool, bool, int]] = {}
    for by in (RESIDENT, NEIGHBOUR, STAFF, HANDLER, OTHER_HANDLER, SUPERVISOR, WALKER):
        answer = await api.get(by, f"/cases/{case['id']}")
        picture = await api.get(by, f"/photos/{photo}")
        words, phone = "楼道灯不亮" in str(answer.json), PHONE in str(answer.json)
        shown[by.sub] = (words, phone, picture.status)
        listed = await api.get(by, "/cases", community=HERE)
        assert listed.json["items"] == [{**answer.json, "contact": None}]
    full, inside, public = (True, True, 200), (True, False, 200), (False, False, 404)
    assert shown == {
        RESIDENT.sub: full,
        NEIGHBOUR.sub: public,
        STAFF.sub: full,
        HANDLER.sub: full,
        OTHER_HANDLER.sub: public,
        SUPERVISOR.sub: inside,
        WALKER.sub: inside,
    }
    for path in (f"/cases/{case['id']}", f"/photos/{photo}", f"/photos/{photo}/thumbnail"):
        assert (await api.get(STRANGER, path)).status == 404
        assert (await api.get(None, path)).status == 401
    assert (await api.get(STRANGER, "/cases", community=HERE)).status == 403


async def test_a_report_sent_again_is_one_case(api: Api) -> None:
    _, [building, *_] = await a_community(api)
    key = {"Idempotency-Key": "report-1"}

    sent = await asyncio.gather(*(api.post(RESIDENT, "/cases", a_body(building), key) for _ in range(5)))

    assert {answer.status for answer in sent} == {201}
    assert len({answer.content for answer in sent}) == 1
    assert sent[0].headers["location"].endswith(sent[0].json["id"])
    assert len((await api.get(STAFF, "/cases", community=HERE)).json["items"]) == 1
    other = await api.post(RESIDENT, "/cases", a_body(building, text="别的"), key)
    assert other.code == "idempotency-key-reused"


async def test_of_two_staff_who_dispatch_one_version_one_wins(api: Api) -> None:
    unit, [building, *_] = await a_community(api)
    case = await api.made(STAFF, "/cases", a_body(building))
    at = f"/cases/{case['id']}/dispatch"

    answers: list[Answer] = await asyncio.gather(
        *(api.post(STAFF, at, {"unit": unit}, {"If-Match": '"1"'}) for _ in range(2))
    )

    assert sorted(answer.status for answer in answers) == [200, 412]
    [stale] = [answer for answer in answers if answer.status == 412]
    assert (stale.code, stale.headers["etag"]) == ("stale-version", '"2"')


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"category": "ufo"}, 422, "category.unknown"),
        ({"place": "nowhere"}, 404, "not-found"),
        ({"title": "张三家"}, 422, "case.title-by-resident"),
        ({"before": ["photo-of-nobody"]}, 422, "photo.not-yours"),
        ({"fixed": True}, 403, "forbidden"),
        ({"channel": "staff"}, 403, "forbidden"),
        ({"community": "elsewhere"}, 403, "forbidden"),
        ({"text": "长" * 5001}, 422, "request.invalid"),
        ({"telephone": PHONE}, 422, "request.invalid"),
        ({"contact": {"phone": "call me"}}, 422, "request.invalid"),
        ({"before": [f"p{n}" for n in range(11)]}, 422, "request.invalid"),
        ({"floor": 10**6}, 422, "request.invalid"),
    ],
)
async def test_bad_reports_are_refused_with_a_reason_and_leave_nothing(
    api: Api, change: dict[str, Any], status: int, code: str
) -> None:
    _, [building, *_] = await a_community(api)
    answer = await api.post(RESIDENT, "/cases", a_body(building) | change)
    assert (answer.status, answer.code) == (status, code)
    assert PHONE not in str(answer.json)
    assert (await api.get(STAFF, "/cases", community=HERE)).json["items"] == []


async def test_lists_filter_and_go_on_page_by_page(api: Api) -> None:
    unit, buildings = await a_community(api)
    mine = [await api.made(RESIDENT, "/cases", a_body(buildings[0])) for _ in range(3)]
    theirs = await api.made(STAFF, "/cases", a_body(buildings[1], category="lift"))
    await api.made(STAFF, f"/cases/{theirs['id']}/dispatch", {"unit": unit})

    async def ids(by: Any = STAFF, **query: Any) -> list[str]:
        return [item["id"] for item in (await api.get(by, "/cases", community=HERE, **query)).json["items"]]

    newest_first = [theirs["id"], *(case["id"] for case in reversed(mine))]
    assert await ids() == newest_first
    assert await ids(RESIDENT, reporter="me") == newest_first[1:]
    assert await ids(unit=unit) == [theirs["id"]]
    assert await ids(building=buildings[0]) == newest_first[1:]
    assert await ids(status=["dispatched", "accepted"]) == [theirs["id"]]
    assert await ids(category="lift", overdue="false") == [theirs["id"]]
    assert await ids(round="none") == []
    first = await api.get(STAFF, "/cases", community=HERE, limit=3)
    second = await api.get(STAFF, "/cases", community=HERE, limit=3, cursor=first.json["next"])
    assert [item["id"] for page in (first, second) for item in page.json["items"]] == newest_first
    assert second.json["next"] is None


async def test_the_table_is_served_as_it_is(api: Api) -> None:
    rows = (await api.get(RESIDENT, "/cases/transitions")).json
    assert [(r["source"], r["command"], r["target"]) for r in rows] == [
        (t.source, t.command, t.target) for t in TRANSITIONS
    ]
    assert next(r for r in rows if r["command"] == "verify")["roles"] == ["staff", "supervisor"]


async def test_contact_and_words_are_in_no_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    _, [building, *_] = await a_community(api)
    with caplog.at_level(logging.DEBUG):
        case = await api.made(RESIDENT, "/cases", a_body(building, contact={"phone": PHONE, "name": "某某某"}))
        await api.post(RESIDENT, "/cases", a_body(building, contact={"phone": PHONE, "nickname": "x"}))
        await api.get(STAFF, f"/cases/{case['id']}")
    ours = [record for record in caplog.records if not record.name.startswith(("pymongo", "httpcore"))]
    for trace in (PHONE, "某某某", "楼道灯不亮"):
        assert trace not in str([(record.getMessage(), record.__dict__) for record in ours])


async def test_an_unchanged_case_is_not_sent_again(api: Api) -> None:
    _, [building, *_] = await a_community(api)
    case = await api.made(RESIDENT, "/cases", a_body(building))
    tag = (await api.get(RESIDENT, f"/cases/{case['id']}")).headers["etag"]
    same = await api.get(RESIDENT, f"/cases/{case['id']}", {"If-None-Match": tag})
    assert (same.status, same.content) == (304, b"")
