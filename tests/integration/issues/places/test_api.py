"""The tree of places over HTTP: a building laid out at once, found again, put right, retired, and seen by others."""

import asyncio
import random
from typing import Any

from services.chassis.clock import utc_now
from services.chassis.runtime import Runtime
from services.chassis.store.mongo import Database
from services.contracts.issues import PlaceKind
from services.contracts.topics import ISSUES
from services.issues.settings import IssuesSettings
from services.issues.shared.cache import CHANGED
from tests.integration.issues.calling import OPERATOR, Api, a_community
from tests.integration.issues.explaining import stages
from tests.integration.issues.kept import Kept
from tests.integration.issues.listening import Running
from tests.unit.issues.world import HERE, RESIDENT, STAFF, STRANGER, WALKER
from tests.waiting import eventually

LAYOUT = {"stairwells": 2, "highest": 18, "spots": ["电梯厅", "楼梯间"]}
PLACES = 2 + 2 * 18 * 3
GRID = "110105012003001"


async def a_laid_out_building(api: Api) -> str:
    _, [building, *_] = await a_community(api)
    laid_out = await api.post(STAFF, f"/places/{building}/floors", LAYOUT)
    assert (laid_out.status, laid_out.json) == (200, {"registered": PLACES, "known": 0})
    return building


async def children(api: Api, place: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get(RESIDENT, "/places", community=HERE, parent=place)).json["items"]
    return found


async def way_to(api: Api, building: str, stairwell: int, floor: int, spot: str) -> str:
    """The id of a spot, found as a person finds it: level by level."""
    at = building
    for wanted in (stairwell, floor, spot):
        [at] = [each["id"] for each in await children(api, at) if wanted in (each["number"], each["title"])]
    return at


async def test_a_building_is_laid_out_at_once_and_again_to_no_effect(api: Api, db: Database) -> None:
    building = await a_laid_out_building(api)
    again = await api.post(STAFF, f"/places/{building}/floors", LAYOUT)
    assert again.json == {"registered": 0, "known": PLACES}
    more = await api.post(STAFF, f"/places/{building}/floors", {**LAYOUT, "spots": ["电梯厅", "管道井"]})
    assert more.json == {"registered": 36, "known": 2 + 36 + 36}
    assert await db["places"].count_documents({"state.inside": building}) == PLACES + 36
    assert (await api.post(RESIDENT, f"/places/{building}/floors", LAYOUT)).status == 403
    too_many = await api.post(STAFF, f"/places/{building}/floors", {"stairwells": 30, "highest": 150})
    assert too_many.code == "place.too-many"
    assert (await api.post(STAFF, "/places/place-0/floors", LAYOUT)).status == 404


async def test_a_layout_that_two_send_at_once_is_registered_once(api: Api, db: Database) -> None:
    _, [building, *_] = await a_community(api)
    both = await asyncio.gather(*(api.post(by, f"/places/{building}/floors", LAYOUT) for by in (STAFF, OPERATOR)))
    assert [answer.status for answer in both] == [200, 200]
    assert sum(answer.json["registered"] for answer in both) == PLACES
    assert await db["places"].count_documents({"state.inside": building}) == PLACES


async def test_a_lamp_is_found_level_by_level_and_reported_at(api: Api) -> None:
    building = await a_laid_out_building(api)
    lamps = [await way_to(api, building, 2, floor, "电梯厅") for floor in (3, 18)]
    assert lamps[0] != lamps[1]
    path = (await api.get(RESIDENT, f"/places/{lamps[0]}/path")).json
    assert [step["title"] for step in path] == ["都市小区", "1号楼", "2单元", "3层", "电梯厅"]
    for lamp, floor in zip(lamps, (3, 18), strict=True):
        case = await api.made(RESIDENT, "/cases", {"community": HERE, "category": "lighting", "place": lamp})
        assert (case["place"], case["building"]) == (building, building)
        assert (case["inside"]["at"], case["inside"]["floor"]) == (lamp, floor)
        assert (await api.get(WALKER, f"/cases/{case['id']}")).json["inside"]["at"] == lamp
    found = (await api.get(RESIDENT, "/places", community=HERE, number=18, within=building)).json["items"]
    assert {place["kind"] for place in found} == {PlaceKind.FLOOR}
    assert len(found) == 2
    assert (await api.get(STRANGER, f"/places/{lamps[0]}")).status == 404


async def test_places_are_listed_as_one_walks_them(api: Api) -> None:
    """9 before 10, the basement before the ground floor; each once, however small the pages."""
    _, [building, *_] = await a_community(api, 11)
    await api.post(STAFF, f"/places/{building}/floors", {"lowest": -1, "highest": 11, "spots": ["10号房", "9号房"]})

    async def listed(limit: int, **query: Any) -> list[tuple[int | None, str]]:
        seen: list[tuple[int | None, str]] = []
        cursor: str | None = None
        while not seen or cursor is not None:
            page = (await api.get(RESIDENT, "/places", community=HERE, limit=limit, cursor=cursor, **query)).json
            seen += [(each["number"], each["title"]) for each in page["items"]]
            cursor = page["next"]
        return seen

    assert [number for number, _ in await listed(200, kind="building")] == list(range(1, 12))
    assert await listed(3, kind="building") == await listed(200, kind="building")
    floors = [number for number, _ in await listed(5, parent=building, kind="floor")]
    assert floors == sorted(floors, key=lambda number: number or 0)
    assert len(floors) > 10
    spots = await listed(200, within=building, kind="spot")
    assert [title for _, title in spots[:2]] == ["9号房", "10号房"]
    whole = await listed(7, within=building)
    assert whole == await listed(200, within=building)
    assert whole[:4] == [(-1, "地下1层"), (None, "9号房"), (None, "10号房"), (1, "1层")]
    fewer = await api.post(STAFF, f"/places/{building}/change", {"floors": 9})
    assert (fewer.code, "floor 10, floor 11" in fewer.json["detail"]) == ("place.floors-above", True)
    assert (await api.post(STAFF, f"/places/{building}/change", {"floors": 11})).status == 200
    assert (await api.get(RESIDENT, "/places", community=HERE, cursor="nonsense")).code == "cursor.invalid"
    [floor] = (await api.get(RESIDENT, "/places", community=HERE, parent=building, limit=1)).json["items"]
    assert floor["names"].keys() == set(floor["path"])
    assert floor["names"][building] == (await api.get(RESIDENT, f"/places/{building}")).json["title"]


async def test_thousands_of_places_are_listed_as_one_walks_them_too(api: Api, db: Database) -> None:
    await a_community(api, 1)
    one = await db["places"].find_one({"state.kind": "building"})
    assert one is not None
    many = [
        {**one, "_id": f"{one['_id']}-{n}", "state": {**one["state"], "number": n, "title": f"{n}号楼"}, "outbox": []}
        for n in random.Random(5).sample(range(2, 1502), 1500)
    ]
    await db["places"].insert_many(many)
    seen, cursor = list[int](), None
    while not seen or cursor is not None:
        page = (await api.get(RESIDENT, "/places", community=HERE, kind="building", limit=200, cursor=cursor)).json
        seen += [each["number"] for each in page["items"]]
        cursor = page["next"]
    assert seen == list(range(1, 1502))


async def test_a_place_keeps_its_grid_and_its_point_in_its_datum(api: Api) -> None:
    _, [building, *_] = await a_community(api)
    point = {"lon": 116.40424449, "lat": 39.915, "datum": "GCJ-02"}
    changed = await api.post(STAFF, f"/places/{building}/change", {"grid": GRID, "point": point, "title": "一号楼"})
    shown = changed.json
    assert (shown["grid"], shown["title"], shown["number"]) == (GRID, "一号楼", 1)
    assert shown["point"]["datum"] == "GCJ-02"
    assert abs(shown["point"]["lon"] - point["lon"]) < 1e-6
    [found] = (await api.get(RESIDENT, "/places", community=HERE, grid=GRID)).json["items"]
    assert found["id"] == building
    for wrong in ({"grid": "1"}, {"point": {**point, "datum": "mars"}}, {"point": {**point, "lat": 91}}):
        assert (await api.post(STAFF, f"/places/{building}/change", wrong)).code == "request.invalid"
    stale = await api.post(STAFF, f"/places/{building}/change", {"title": "x"}, {"If-Match": '"1"'})
    assert (stale.status, stale.headers["etag"]) == (412, changed.headers["etag"])
    cleared = (await api.post(STAFF, f"/places/{building}/change", {"grid": None})).json
    assert (cleared["grid"], cleared["title"]) == (None, "一号楼")


async def test_a_building_is_retired_with_all_that_is_in_it(api: Api, db: Database) -> None:
    building = await a_laid_out_building(api)
    lamp = await way_to(api, building, 1, 3, "楼梯间")
    [compound] = (await api.get(STAFF, "/places", community=HERE, kind="compound")).json["items"]
    assert (await api.post(STAFF, f"/places/{compound['id']}/retire")).code == "place.has-buildings"
    assert (await api.post(RESIDENT, f"/places/{building}/retire")).status == 403
    assert (await api.get(STAFF, f"/places/{lamp}")).json["retired"] is False

    assert (await api.post(STAFF, f"/places/{building}/retire")).json["retired"] is True

    assert await db["places"].count_documents({"state.inside": building, "state.retired": False}) == 0
    for at in (lamp, building):
        refused = await api.post(RESIDENT, "/cases", {"community": HERE, "category": "lighting", "place": at})
        assert (refused.status, refused.code) == (409, "place.retired")
    assert (await api.post(STAFF, f"/places/{building}/floors", LAYOUT)).code == "place.retired"
    left = (await api.get(STAFF, "/places", community=HERE, kind="building", retired=False)).json["items"]
    assert len(left) == 2


async def test_buildings_of_before_there_were_finer_places_are_found_in_their_compound(api: Api, db: Database) -> None:
    _, [building, *_] = await a_community(api, 2)
    [compound] = (await api.get(STAFF, "/places", community=HERE, kind="compound")).json["items"]
    newer = {"state.path": "", "state.retired": "", "state.changed_at": "", "state.inside": "", "state.grid": ""}
    await db["places"].update_many({}, {"$unset": newer})
    found = (await api.get(STAFF, "/places", community=HERE, within=compound["id"], retired=False)).json["items"]
    assert len(found) == 2
    assert {each["path"][0] for each in found} == {compound["id"]}
    assert (await api.post(STAFF, f"/places/{compound['id']}/retire")).code == "place.has-buildings"
    laid_out = await api.post(STAFF, f"/places/{building}/floors", {"highest": 1, "spots": ["电梯厅"]})
    assert laid_out.json["registered"] == 2
    assert (await api.post(STAFF, f"/places/{building}/retire")).json["retired"] is True


async def test_what_one_replica_changes_others_see(
    runtime: Runtime[IssuesSettings], store: Kept, api: Api, db: Database
) -> None:
    building = await a_laid_out_building(api)
    lamp = await way_to(api, building, 1, 3, "电梯厅")
    other = Kept.of(runtime)
    for place in (building, lamp):
        assert (await other.places.get(place)).retired is False
    await api.post(STAFF, f"/places/{building}/change", {"title": "新名"})
    await api.post(STAFF, f"/places/{lamp}/retire")
    assert (await store.places.get(building)).title == "新名"

    async def seen() -> bool:
        return (await other.places.get(building)).title == "新名" and (await other.places.get(lamp)).retired

    await eventually(seen)


async def test_looking_for_changes_reads_an_index(store: Kept, db: Database, api: Api) -> None:
    await a_laid_out_building(api)
    query = {CHANGED: {"$gte": utc_now()}}
    explained = await db["places"].find(query).sort([(CHANGED, -1), ("_id", -1)]).limit(1001).explain()
    used = stages(explained["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in used
    assert "SORT" not in used


async def test_nothing_finer_than_a_building_reaches_kafka(running: Running) -> None:
    api = running.api
    _, [building, *_] = await a_community(api, 1)
    floor = await api.post(STAFF, f"/places/{building}/floors", {"lowest": 7, "highest": 7, "spots": ["电梯厅"]})
    assert floor.json["registered"] == 2
    [seventh] = await children(api, building)
    await api.post(STAFF, f"/places/{seventh['id']}/retire")
    await api.post(STAFF, f"/places/{building}/retire")

    async def buried() -> bool:
        facts = await running.read(ISSUES.name)
        return any(record.envelope.type.endswith("place.retired.v1") for record in facts)

    await eventually(buried)
    public = {building, seventh["path"][0]}
    records = [*await running.read(ISSUES.name), *await running.read(ISSUES.state)]
    places = [record for record in records if record.envelope.subject.startswith("place/")]
    assert {record.envelope.partitionkey for record in places} == public
    assert all(record.data is not None for record in places)
    assert "电梯厅" not in str(records)
