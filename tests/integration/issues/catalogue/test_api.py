"""The catalogue over HTTP: loaded, loaded again, edited by two at once, read as it was; reports under it."""

import asyncio
from typing import Any

from services.chassis.runtime import Runtime
from services.chassis.store.mongo import Database
from services.contracts.topics import ISSUES
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.settings import IssuesSettings
from tests.integration.issues.calling import OPERATOR, Answer, Api, a_community
from tests.integration.issues.explaining import stages
from tests.integration.issues.kept import Kept
from tests.integration.issues.listening import Running
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, STRANGER, WALKER
from tests.waiting import eventually

FILE: dict[str, Any] = RESIDENTIAL.model_dump(mode="json", include={"groups", "categories"})
AT = f"/catalogues/{HERE}"


def without(code: str) -> dict[str, Any]:
    return {**FILE, "categories": [each for each in FILE["categories"] if each["code"] != code]}


def a_category(code: str = "balcony", **fields: Any) -> dict[str, Any]:
    wall = next(each for each in FILE["categories"] if each["code"] == "wall")
    return {**wall, "code": code, "zh": "阳台", "en": "Balconies", "questions": [], **fields}


async def in_force(api: Api, **query: Any) -> Any:
    return (await api.get(RESIDENT, "/categories", community=HERE, **query)).json


async def test_loading_the_same_file_twice_changes_nothing(api: Api, db: Database) -> None:
    assert (await in_force(api))["version"] == "0"
    first = await api.put(OPERATOR, AT, FILE)
    again = await api.put(STAFF, AT, FILE, {"If-Match": '"0"'})
    assert (first.status, again.status) == (200, 200)
    assert (first.json, first.headers["etag"]) == (again.json, again.headers["etag"])
    assert first.json["version"] == "1"
    assert await db["catalogues"].count_documents({}) == 1
    assert [item["code"] for item in (await in_force(api))["items"]] == [each["code"] for each in FILE["categories"]]


async def test_a_category_is_added_changed_and_retired_and_every_edition_stays(api: Api) -> None:
    at = f"{AT}/categories/balcony"
    added = await api.put(STAFF, at, {"category": a_category(), "note": "居民建议"})
    assert added.json["version"] == "1"
    unlike = await api.put(STAFF, at, {"category": a_category(zh="露台")})
    assert (unlike.status, unlike.code) == (409, "catalogue.code-changes-meaning")
    renamed = await api.put(STAFF, at, {"category": a_category(zh="露台"), "reworded": True})
    assert renamed.json["version"] == "2"
    retired = await api.delete(STAFF, at)
    assert ([each["code"] for each in retired.json["retired"]], retired.json["version"]) == (["balcony"], "3")
    assert (await api.delete(STAFF, at)).code == "category.unknown"

    listed = (await api.get(RESIDENT, f"{AT}/editions")).json["items"]
    assert [(each["version"], each["note"]) for each in listed] == [(3, None), (2, None), (1, "居民建议")]
    names = [
        [item["zh"] for item in (await in_force(api, version=version))["items"] if item["code"] == "balcony"]
        for version in range(4)
    ]
    assert names == [[], ["阳台"], ["露台"], []]
    assert (await api.get(RESIDENT, "/categories", community=HERE, version=4)).status == 404


async def test_two_editors_at_once_do_not_lose_each_others_work(api: Api) -> None:
    def put(code: str, headers: dict[str, str] | None = None) -> Any:
        body = {"category": a_category(code, zh=code, en=code)}
        return api.put(STAFF, f"{AT}/categories/{code}", body, headers)

    both: list[Answer] = await asyncio.gather(*(put(code, {"If-Match": '"0"'}) for code in ("one", "two")))
    assert sorted(answer.status for answer in both) == [200, 412]
    [refused] = [answer for answer in both if answer.status == 412]
    assert (refused.code, refused.headers["etag"]) == ("stale-version", '"1"')
    crowd: list[Answer] = await asyncio.gather(*(put(f"crowd{n}") for n in range(5)))
    taken = [answer.status for answer in crowd].count(200)
    assert taken >= 1
    assert {answer.status for answer in crowd} <= {200, 412}
    added = {item["code"] for item in (await in_force(api))["items"]} - {each["code"] for each in FILE["categories"]}
    assert len(added) == 1 + taken


async def test_a_malformed_catalogue_is_refused_where_it_is_wrong(api: Api, db: Database) -> None:
    group = {**FILE, "categories": [{**FILE["categories"][0], "group": "nowhere"}, *FILE["categories"][1:]]}
    refused = await api.put(STAFF, AT, group)
    assert (refused.status, refused.code, refused.json["params"]["field"]) == (
        422,
        "catalogue.malformed",
        "categories.0.group",
    )
    bad = {
        **FILE["categories"][0],
        "deadlines": {**FILE["categories"][0]["deadlines"], "sign": {"amount": 0, "unit": "h"}},
    }
    refused = await api.put(STAFF, AT, {**FILE, "categories": [bad]})
    assert "#/categories/0/deadlines/sign/amount" in {fault["pointer"] for fault in refused.json["errors"]}
    unit = await api.put(STAFF, f"{AT}/categories/balcony", {"category": a_category(unit="property")})
    assert unit.json["params"]["field"].endswith(".unit")
    assert (await api.put(STAFF, f"{AT}/categories/other", {"category": a_category()})).code == "catalogue.malformed"
    assert (await api.put(STAFF, AT, FILE, {"If-Match": "1"})).status == 400
    assert await db["catalogues"].count_documents({}) == 0
    await a_community(api, 1)
    assert (await api.put(STAFF, f"{AT}/categories/balcony", {"category": a_category(unit="property")})).status == 200


async def test_who_may_read_and_who_may_edit(api: Api) -> None:
    for by in (RESIDENT, WALKER, STRANGER):
        assert (await api.put(by, AT, FILE)).status == 403
        assert (await api.put(by, f"{AT}/categories/balcony", {"category": a_category()})).status == 403
        assert (await api.delete(by, f"{AT}/categories/wall")).status == 403
    assert (await api.get(STRANGER, f"{AT}/editions")).status == 403
    assert (await api.get(STRANGER, "/categories", community=HERE)).status == 403
    assert len((await api.get(STRANGER, "/categories")).json["items"]) == len(FILE["categories"])
    assert (await api.get(None, "/categories")).status == 401


async def test_reports_are_taken_under_the_communitys_own_catalogue(api: Api) -> None:
    _, [building] = await a_community(api, 1)
    question = {"code": "tiles", "kind": "number", "zh": "几块", "en": "How many", "required": True}
    body = {"community": HERE, "category": "balcony", "place": building}
    assert (await api.post(RESIDENT, "/cases", body)).code == "category.unknown"
    await api.put(STAFF, f"{AT}/categories/balcony", {"category": a_category(questions=[question])})
    missing = await api.post(RESIDENT, "/cases", body)
    assert (missing.code, missing.json["params"]["faults"]) == ("category.answers", {"tiles": "required"})
    wrong = await api.post(RESIDENT, "/cases", {**body, "answers": {"tiles": "lots", "x": 1}})
    assert wrong.json["params"]["faults"] == {"tiles": "type", "x": "unknown"}
    case = await api.made(RESIDENT, "/cases", {**body, "answers": {"tiles": 3}})
    assert (case["category_zh"], case["inside"]["answers"], case["inside"]["catalogue"]) == ("阳台", {"tiles": 3}, 1)
    await api.delete(STAFF, f"{AT}/categories/balcony")
    assert (await api.post(RESIDENT, "/cases", {**body, "answers": {"tiles": 3}})).code == "category.unknown"
    kept = (await api.get(RESIDENT, f"/cases/{case['id']}")).json
    assert (kept["category"], kept["inside"]["catalogue"]) == ("balcony", 1)


async def test_a_case_of_a_category_that_is_not_public_is_shown_to_whom_it_concerns(api: Api) -> None:
    _, [building] = await a_community(api, 1)
    case = await api.made(RESIDENT, "/cases", {"community": HERE, "category": "hardship", "place": building})
    for by, concerned in ((RESIDENT, True), (STAFF, True), (WALKER, True), (NEIGHBOUR, False)):
        for path in (f"/cases/{case['id']}", f"/cases/{case['id']}/history"):
            assert (await api.get(by, path)).status == (200 if concerned else 404)
        listed = (await api.get(by, "/cases", community=HERE)).json["items"]
        assert [each["id"] for each in listed] == ([case["id"]] if concerned else [])


async def test_an_edition_that_one_replica_adopts_is_in_force_on_others(
    runtime: Runtime[IssuesSettings], api: Api
) -> None:
    other = Kept.of(runtime)
    assert (await other.catalogues.of(HERE)).version == 0
    await api.put(STAFF, AT, without("wreck"))

    async def adopted() -> bool:
        return (await other.catalogues.of(HERE)).version == 1

    await eventually(adopted)


async def test_editions_are_found_by_an_index(store: Kept, db: Database) -> None:
    order = [("state.edition", -1), ("_id", -1)]
    explained = await db["catalogues"].find({"state.community": HERE}).sort(order).limit(2).explain()
    used = stages(explained["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in used
    assert "SORT" not in used


async def test_others_learn_what_the_codes_are(running: Running) -> None:
    await running.api.put(STAFF, AT, without("wreck"))
    await running.api.put(STAFF, AT, without("ice"))

    async def told() -> bool:
        return len(await running.read(ISSUES.state)) >= 2

    await eventually(told)
    told_of = [record.data or {} for record in await running.read(ISSUES.state)]
    states = sorted(told_of, key=lambda state: state["edition"])
    assert [state["edition"] for state in states] == [1, 2]
    by_code = {each["code"]: each for each in states[1]["categories"]}
    assert (by_code["wreck"]["retired"], by_code["ice"]["retired"], by_code["wall"]["zh"]) == (False, True, "墙砖墙面")
