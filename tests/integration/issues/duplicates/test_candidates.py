"""Suggestions while somebody types: what is found, what is shown of it to whom, and from which indexes."""

from datetime import timedelta
from typing import Any

from services.chassis.clock import utc_now
from services.chassis.store.mongo import Database
from services.contracts.issues import CaseStatus
from services.issues.cases.store import joined, merged_into, part_of
from services.issues.duplicates.candidates import Described, near, similar, worded
from services.issues.duplicates.domain.likeness import LikenessReason
from services.issues.reading.row import ROWS
from services.issues.supports.counting import supporting
from services.issues.wishes.store import wishes_overdue
from tests.integration.issues.calling import OPERATOR, Answer, Api, a_community
from tests.integration.issues.explaining import stages
from tests.integration.issues.kept import Kept
from tests.integration.issues.neighbours import a_lamp
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, STRANGER, a_building, a_case


async def ask(api: Api, by: Any = NEIGHBOUR, **query: Any) -> Answer:
    return await api.get(by, "/cases/similar", community=HERE, **query)


async def test_the_same_lamp_is_suggested_with_reasons_and_without_anybodys_words(api: Api, store: Kept) -> None:
    _, [house, other, _] = await a_community(api)
    floor = await api.made(OPERATOR, "/places", {"community": HERE, "kind": "floor", "parent": house, "number": 7})
    lamp = (await a_lamp(api, floor["id"], spot="东侧 703 门口"))["id"]
    upstairs = (await a_lamp(api, house, floor=8))["id"]
    await a_lamp(api, other, floor=7)
    [first, second, *rest] = (await ask(api, place=floor["id"], category="lighting", text="楼道灯坏了")).json["items"]
    assert (first["id"], second["id"], rest) == (lamp, upstairs, [])
    assert first["why"] == [LikenessReason.SAME_PLACE, LikenessReason.SAME_CATEGORY, LikenessReason.SIMILAR_WORDS]
    assert second["why"] == [LikenessReason.NEXT_FLOOR, LikenessReason.SAME_CATEGORY, LikenessReason.SIMILAR_WORDS]
    assert first["score"] > second["score"]
    assert (first["names"]["building"], first["names"]["category"]) == ("1号楼", "Public lighting")
    assert first["names"]["at"] is None
    assert (first["supported"], first["mine"]) == (False, False)
    assert not any(word in str(first) for word in ("七楼", "703", "楼道灯", floor["id"]))

    await api.made(NEIGHBOUR, f"/cases/{lamp}/support", None)
    only = (await ask(api, place=floor["id"], limit=1)).json
    assert (only["next"], only["total"], only["at_least"]) == (None, None, 1), "there is another"
    [joined_one] = only["items"]
    assert (joined_one["id"], joined_one["supported"], joined_one["case"]["affected"]) == (lamp, True, 2)
    assert (await ask(api, RESIDENT, place=floor["id"], limit=1)).json["items"][0]["mine"] is True

    await api.made(STAFF, f"/cases/{upstairs}/merge", {"into": lamp})
    found = (await ask(api, place=house, category="lighting")).json["items"]
    assert [each["id"] for each in found] == [lamp]
    await api.made(STAFF, f"/cases/{lamp}/reject", {"reason": "停电"})
    assert (await ask(api, place=floor["id"])).json["items"] == []

    # By words or category alone, from the rows that follow the cases.
    door = (await a_lamp(api, other, category="door", text="单元门禁刷卡没有反应"))["id"]
    await store.projection.rebuild()
    await store.projection.catch_up()
    assert [each["id"] for each in (await ask(api, text="单元门禁没反应")).json["items"]] == [door]
    assert [each["id"] for each in (await ask(api, category="door")).json["items"]] == [door]
    assert (await ask(api, text="电梯困人")).json["items"] == []


async def test_questions_that_make_no_sense_and_people_who_may_not_ask(api: Api) -> None:
    _, [house, *_] = await a_community(api)
    assert (await ask(api)).code == "similar.nothing-to-compare"
    assert (await ask(api, text="  ")).code == "similar.nothing-to-compare"
    assert (await ask(api, STRANGER, place=house)).status == 403
    assert (await ask(api, None, place=house)).status == 401
    assert (await ask(api, place="nowhere")).status == 404
    assert (await ask(api, category="nothing")).code == "category.unknown"
    assert (await ask(api, text="x" * 2001)).status == 422
    assert (await ask(api, place=house, limit=21)).status == 422


async def test_private_cases_and_those_long_over_are_not_suggested(store: Kept, db: Database) -> None:
    house, now = a_building(), utc_now()
    ages = {"open": (CaseStatus.ACCEPTED, None), "fresh": (CaseStatus.VERIFIED, 3), "old": (CaseStatus.VERIFIED, 30)}
    for id, (status, days) in ages.items():
        closed = None if days is None else now - timedelta(days=days)
        await _put(store, a_case(status).model_copy(update={"id": id, "closed_at": closed, "building": house.id}))
    asked = Described(HERE, place=house, category="lighting")
    assert {each.aggregate.id for each, _ in await similar(store.cases, db[ROWS], asked, now, {}, 20)} == {
        "open",
        "fresh",
    }
    await store.cases.collection.update_one({"_id": "open"}, {"$set": {"state.public_category": False}})
    public = {"state.public_category": {"$ne": False}}
    assert {each.aggregate.id for each, _ in await similar(store.cases, db[ROWS], asked, now, public, 20)} == {"fresh"}


QUESTIONS: list[tuple[str, dict[str, Any], list[tuple[str, int]]]] = [
    ("cases", near("building", utc_now(), []), [("at", -1), ("_id", -1)]),
    ("case_rows", worded(Described(HERE, text="楼道灯不亮"), utc_now())[0], [("order", -1)]),
    ("case_rows", worded(Described(HERE, category="lighting"), utc_now())[0], [("order", -1)]),
    ("cases", merged_into("case-1"), [("at", -1), ("_id", -1)]),
    ("cases", joined(["case-1", "case-2"]), [("_id", 1)]),
    ("cases", part_of("case-1"), [("at", -1), ("_id", -1)]),
    ("supports", supporting(["case-1"]), [("_id", 1)]),
    ("supports", {"state.person": "resident-1"}, [("_id", 1)]),
    ("wishes", wishes_overdue(utc_now()), [("_id", 1)]),
    ("wishes", {"state.community": HERE, "$or": [{"state.hidden": {"$ne": True}}]}, [("state.counted", -1)]),
    ("wishes", {"state.proposer": "p", "state.status": "open", "state.community": HERE}, [("_id", 1)]),
]


async def test_every_question_has_its_index(store: Kept, db: Database) -> None:
    for collection, query, sort in QUESTIONS:
        explained = await db[collection].find(query).sort(sort).limit(200).explain()
        used = stages(explained["queryPlanner"]["winningPlan"])
        assert "COLLSCAN" not in used, query
        assert used & {"IXSCAN", "SORT_MERGE"}, query


async def _put(store: Kept, case: Any) -> None:
    document = case.model_dump(exclude={"id"})
    await store.cases.collection.insert_one({"_id": case.id, "v": 1, "at": utc_now(), "state": document})
