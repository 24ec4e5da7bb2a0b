"""What somebody may not know of is answered as what does not exist: by every route, in lists, and to every command."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.aggregate import derived_id
from services.chassis.clock import utc_now
from services.chassis.principal import Principal, Role
from tests.integration.issues.calling import OPERATOR, Answer, Api, a_community
from tests.integration.issues.kept import Kept
from tests.integration.issues.rounds.walking import BUILDINGS, plan, register_places
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.world import (
    HERE,
    NEIGHBOUR,
    OTHER_HANDLER,
    RESIDENT,
    STAFF,
    STRANGER,
    SUPERVISOR,
    WALKER,
    person,
)

NOWHERE = derived_id("case", "nobody")
"""An id of the form of those that there are: a sentence names other words, which people type."""
LATER = "2099-01-01T00:00:00Z"
BODIES: dict[str, Any] = {
    "accept": {},
    "reject": {"reason": "x"},
    "return": {"reason": "x"},
    "handle": {"note": "x", "photos": ["photo-1"], "attachments": ["attachment-1"]},
    "send-back": {"reason": "x"},
    "verify": {},
    "reopen": {"reason": "x"},
    "rate": {"rating": 5},
    "pause": {"until": LATER, "reason": "x"},
    "request-extension": {"until": LATER, "reason": "x"},
    "refuse-extension": {"reason": "x"},
    "merge": {"reason": "x"},
    "amend": {"title": "x", "reason": "x"},
    "remark": {"text": "x"},
    "children": {"category": "noise", "title": "x"},
    "answer": {"verdict": "declined", "answer": "x"},
    "progress": {"percent": 1, "text": "x"},
    "finish": {"text": "x"},
    "drop": {"reason": "x"},
    "retitle": {"title": "x"},
    "hide": {"reason": "x"},
}
"""Of commands that need a body, one that fits; what it names is put in where it must exist."""


async def a_private_case(api: Api, building: str, by: Principal = RESIDENT, **more: Any) -> str:
    body = {"community": HERE, "category": "hardship", "place": building, "text": "很难", **more}
    return str((await api.made(by, "/cases", body))["id"])


async def a_public_case(api: Api, building: str, by: Principal = RESIDENT) -> str:
    body = {"community": HERE, "category": "noise", "place": building, "text": "很吵"}
    return str((await api.made(by, "/cases", body))["id"])


_DESCRIBED: list[tuple[str, str]] = []
"""Method and path of every route, as the service describes itself to the first test of this process that asks."""


async def routes_of(api: Api, kind: str) -> list[tuple[str, str]]:
    """Method and path, of the routes about one thing of `kind`; `{id}` in the path."""
    if not _DESCRIBED:
        paths = (await api.get(None, "/api/issues/openapi.json")).json["paths"]
        _DESCRIBED.extend((method, path) for path, methods in paths.items() for method in methods)
    start = f"/api/issues/v1/{kind}/{{id}}"
    return [(method, path.removeprefix("/api/issues/v1")) for method, path in _DESCRIBED if path.startswith(start)]


async def asked(api: Api, by: Principal, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
    if method == "get":
        return await api.get(by, path, headers)
    if method == "delete":
        return await api.delete(by, path, headers)
    assert method == "post", (method, path)
    return await api.post(by, path, body, headers)


async def assert_told_apart_by_nothing(
    api: Api, by: Principal, kind: str, id: str, named: dict[str, dict[str, Any]], *, routes_at_least: int = 9
) -> None:
    routes = await routes_of(api, kind)
    assert len(routes) >= routes_at_least
    for method, path in routes:
        command = path.rsplit("/", 1)[-1]
        body = {**BODIES.get(command, {}), **named.get(command, {})} if command in {*BODIES, *named} else None
        for headers in ({}, {"If-Match": '"99"'}, {"If-Match": '"98", "99"'}, {"Idempotency-Key": "key-1"}):
            theirs = await asked(api, by, method, path.replace("{id}", id), body, headers)
            nothing = await asked(api, by, method, path.replace("{id}", NOWHERE), body, headers)
            assert theirs.code == "not-found", (by.sub, method, path, headers, theirs.json)
            told = theirs.content.decode().replace(id, NOWHERE)
            assert (theirs.status, told) == (nothing.status, nothing.content.decode()), path


@pytest.mark.parametrize("by", [NEIGHBOUR, OTHER_HANDLER, OPERATOR, STRANGER], ids=lambda by: by.sub)
@pytest.mark.parametrize("anonymous", [False, True])
async def test_a_private_case_is_nothing_to_whom_it_does_not_concern(api: Api, by: Principal, anonymous: bool) -> None:
    unit, [building, *_] = await a_community(api, buildings=1)
    other = await a_public_case(api, building)
    id = await a_private_case(api, building, anonymous=anonymous)
    named = {
        "dispatch": {"unit": unit},
        "reassign": {"unit": unit},
        "merge": {"into": other},
        "adopt": {"parent": other},
    }
    await assert_told_apart_by_nothing(api, by, "cases", id, named)
    assert (await api.get(STAFF, f"/cases/{id}")).json["version"] == 1


@pytest.mark.parametrize("command", ["merge", "adopt"])
async def test_who_may_not_merge_learns_nothing_of_what_they_name(api: Api, command: str) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    mine, hidden = await a_public_case(api, building), await a_private_case(api, building, NEIGHBOUR)
    bodies = [{"into": into, "parent": into, "reason": "x"} for into in (hidden, NOWHERE)]
    wanted = {"merge": ("into", "reason"), "adopt": ("parent",)}[command]
    answers = [
        await api.post(RESIDENT, f"/cases/{mine}/{command}", {name: body[name] for name in wanted}) for body in bodies
    ]
    assert [answer.code for answer in answers] == ["forbidden", "forbidden"]


async def test_lists_beside_a_case_leave_out_private_ones(api: Api) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    whole, part = await a_public_case(api, building), await a_public_case(api, building)
    secret, merged = await a_private_case(api, building), await a_private_case(api, building)
    for child in (part, secret):
        await api.made(STAFF, f"/cases/{child}/adopt", {"parent": whole})
    await api.made(STAFF, f"/cases/{merged}/merge", {"into": whole, "reason": "x"})

    async def listed(by: Principal, which: str) -> set[str]:
        return {each["id"] for each in (await api.get(by, f"/cases/{whole}/{which}")).json["items"]}

    assert (await listed(NEIGHBOUR, "children"), await listed(NEIGHBOUR, "merged")) == ({part}, set())
    for by in (STAFF, RESIDENT):
        assert (await listed(by, "children"), await listed(by, "merged")) == ({part, secret}, {merged})


async def test_me_too_does_not_lead_into_a_private_case(api: Api) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    open_one, secret = await a_public_case(api, building), await a_private_case(api, building)
    await api.made(NEIGHBOUR, f"/cases/{open_one}/support", None)
    await api.made(STAFF, f"/cases/{open_one}/merge", {"into": secret, "reason": "x"})

    late = await api.post(WALKER, f"/cases/{open_one}/support")
    assert (late.status, late.json["id"]) == (200, secret)  # a worker knows of both
    other = person("resident-7", Role.RESIDENT)
    # what goes on as a private case is private too: that it was merged would tell of the other one
    assert (await api.post(other, f"/cases/{open_one}/support")).code == "not-found"
    assert (await api.get(NEIGHBOUR, f"/cases/{open_one}/support")).json["case"] == open_one
    left = await api.delete(NEIGHBOUR, f"/cases/{open_one}/support")
    assert (left.status, left.json["id"]) == (200, open_one)


async def test_who_was_made_a_supporter_may_leave(api: Api) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    secret = await a_private_case(api, building)
    await api.made(STAFF, f"/cases/{secret}/support", {"person": NEIGHBOUR.sub})
    assert (await api.get(NEIGHBOUR, f"/cases/{secret}/support")).json["supported"] is True
    assert (await api.delete(NEIGHBOUR, f"/cases/{secret}/support")).status == 200
    assert (await api.get(NEIGHBOUR, f"/cases/{secret}/support")).code == "not-found"


@pytest.mark.parametrize("by", [NEIGHBOUR, WALKER, SUPERVISOR, STRANGER], ids=lambda by: by.sub)
async def test_a_hidden_wish_is_nothing_to_all_but_its_proposer_and_the_staff(api: Api, by: Principal) -> None:
    wish = (await api.made(RESIDENT, "/wishes", {"community": HERE, "title": "请管管张三家的狗"}))["id"]
    if by is NEIGHBOUR:  # also to who supported it while it was shown
        await api.made(by, f"/wishes/{wish}/support", None)
    await api.made(STAFF, f"/wishes/{wish}/hide", {"reason": "x"})
    await assert_told_apart_by_nothing(api, by, "wishes", wish, {})
    assert (await api.get(RESIDENT, f"/wishes/{wish}")).json["hidden"] is True


async def test_a_public_case_is_nothing_to_another_community(api: Api) -> None:
    unit, [building, *_] = await a_community(api, buildings=1)
    other, id = await a_public_case(api, building), await a_public_case(api, building)
    named = {
        "dispatch": {"unit": unit},
        "reassign": {"unit": unit},
        "merge": {"into": other},
        "adopt": {"parent": other},
    }
    await assert_told_apart_by_nothing(api, STRANGER, "cases", id, named)
    told = [await api.post(STRANGER, "/cases", a_me_too(building, of)) for of in (id, NOWHERE)]
    assert [(answer.status, answer.code) for answer in told] == [(404, "not-found")] * 2


def a_me_too(building: str, of: str) -> dict[str, Any]:
    return {"community": "elsewhere", "category": "noise", "place": building, "text": "很吵", "me_too": of}


@pytest.mark.parametrize("reported", [a_private_case, a_public_case], ids=["private", "public"])
async def test_the_staff_of_another_community_cannot_try_ids_of_cases(api: Api, reported: Any) -> None:
    """Whoever merges or splits cases of their own names another one: also there it is as if it weren't."""
    _, [building, *_] = await a_community(api, buildings=1)
    theirs = await reported(api, building)
    compound = await api.made(STRANGER, "/places", {"community": "elsewhere", "kind": "compound", "title": "他处"})
    house = {"community": "elsewhere", "kind": "building", "title": "1号楼", "number": 1, "parent": compound["id"]}
    place = (await api.made(STRANGER, "/places", house))["id"]
    case = {"community": "elsewhere", "category": "noise", "place": place, "text": "很吵"}
    mine, closed = [(await api.made(STRANGER, "/cases", case))["id"] for _ in range(2)]
    await api.made(STRANGER, f"/cases/{closed}/reject", {"reason": "x"})
    for own in (mine, closed):
        for command, name in (("merge", "into"), ("adopt", "parent")):
            answer, nothing = [
                await api.post(STRANGER, f"/cases/{own}/{command}", {name: of}) for of in (theirs, NOWHERE)
            ]
            told = answer.content.decode().replace(theirs, NOWHERE)
            assert (answer.status, told) == (404, nothing.content.decode()), command


async def test_a_wish_and_a_unit_and_a_key_are_nothing_to_another_community(api: Api) -> None:
    unit, _ = await a_community(api, buildings=1)
    wish = (await api.made(RESIDENT, "/wishes", {"community": HERE, "title": "建老年食堂"}))["id"]
    await assert_told_apart_by_nothing(api, STRANGER, "wishes", wish, {})
    await assert_told_apart_by_nothing(api, STRANGER, "units", unit, {}, routes_at_least=1)
    issued = await api.made(OPERATOR, "/open311/keys", {"community": HERE, "title": "热线"})
    await assert_told_apart_by_nothing(api, STRANGER, "open311/keys", issued["id"], {}, routes_at_least=1)


async def test_a_place_is_nothing_to_another_community(api: Api) -> None:
    _, [building, *_] = await a_community(api, buildings=1)
    named = {"change": {"title": "x"}, "floors": {}}
    await assert_told_apart_by_nothing(api, STRANGER, "places", building, named, routes_at_least=7)
    assert (await api.get(RESIDENT, f"/places/{building}")).status == 200


async def test_a_round_and_a_plan_of_rounds_are_nothing_to_another_community(api: Api, store: Kept) -> None:
    await register_places(store)
    round = await plan(store)
    visit = {"id": "v1", "building": BUILDINGS[0].id, "floor": 1}
    of_round: dict[str, dict[str, Any]] = {"visits": visit, "batch": {"visits": [visit]}}
    await assert_told_apart_by_nothing(api, STRANGER, "rounds", round.id, of_round, routes_at_least=6)
    buildings = [building.id for building in BUILDINGS]
    first = utc_now() + timedelta(days=10)
    recurring = {"title": "每日巡查", "rule": "FREQ=DAILY", "first": first.isoformat()}
    made = await api.made(STAFF, "/round-plans", {"community": HERE, "buildings": buildings, **recurring})
    of_plan: dict[str, dict[str, Any]] = {
        "skip": {"on": "2099-02-05"},
        "change": {"buildings": buildings, **recurring},
        "end": {},
    }
    await assert_told_apart_by_nothing(api, STRANGER, "round-plans", made["id"], of_plan, routes_at_least=4)


async def test_a_rounds_summary_neither_names_nor_counts_a_private_case_to_residents(api: Api, store: Kept) -> None:
    await register_places(store)
    round = await plan(store)
    building = BUILDINGS[0].id
    open_one, secret = await a_public_case(api, building), await a_private_case(api, building)
    await store.cases.collection.update_many({}, {"$set": {"state.round": round.id}})

    named = {}
    for by in (NEIGHBOUR, OTHER_HANDLER, RESIDENT, STAFF, WALKER):
        cases = (await api.get(by, f"/rounds/{round.id}/summary")).json["handed_over_cases"]
        assert cases["open"] == cases["cases"] == len(cases["waiting"])
        named[by.sub] = {case["id"] for case in cases["waiting"]}
    both = {open_one, secret}
    assert named == {
        NEIGHBOUR.sub: {open_one},
        OTHER_HANDLER.sub: {open_one},
        RESIDENT.sub: both,
        STAFF.sub: both,
        WALKER.sub: both,
    }


async def test_behind_a_figure_handlers_and_operators_find_no_private_case_of_others(api: Api, store: Kept) -> None:
    unit, [building, *_] = await a_community(api, buildings=1)
    open_one, secret = await a_public_case(api, building), await a_private_case(api, building)
    for case in (open_one, secret):
        await api.made(STAFF, f"/cases/{case}/accept", {})
    await api.made(STAFF, f"/cases/{secret}/dispatch", {"unit": unit})
    await store.projection.rebuild()
    await store.projection.catch_up()
    theirs = person("handler-7", Role.HANDLER, units=(unit,))
    shown = {}
    for by in (OTHER_HANDLER, OPERATOR, theirs, STAFF):
        answer = await api.get(by, "/kpis/filing/cases", community=HERE)
        shown[by.sub] = {case["id"] for case in answer.json["items"]}
        table = (await api.get(by, "/kpis", community=HERE, per="category")).json["lines"]
        filing = {line["value"]: each["part"] for line in table for each in line["figures"] if each["code"] == "filing"}
        assert filing == ({"noise": 1, "hardship": 1} if by is STAFF else {"noise": 1})
    both = {open_one, secret}
    assert shown == {OTHER_HANDLER.sub: {open_one}, OPERATOR.sub: {open_one}, theirs.sub: both, STAFF.sub: both}


async def test_the_id_of_an_upload_does_not_tell_whose_it_is(store: Kept) -> None:
    """A nameless report shows its ids to workers; who holds the same picture could have tried all people."""
    data = a_picture("red")
    kept = await store.photos.keep(HERE, data, RESIDENT)
    assert kept.id != derived_id("photo", HERE, RESIDENT.sub, hashlib.sha256(data).hexdigest())
    assert kept.id == (await store.photos.keep(HERE, data, RESIDENT)).id
