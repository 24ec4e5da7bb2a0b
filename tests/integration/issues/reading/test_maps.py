"""The map on a real store: clusters from afar, single cases from near, in any datum, and always from an index."""

from typing import Any

import pytest

from services.chassis.store.mongo import Database
from services.issues.places.domain.datum import Datum, GivenPoint
from services.issues.reading.counts import Counts
from services.issues.reading.maps import Maps, ShownOnMap
from services.issues.reading.row import ROWS
from services.issues.reading.tiles import LEAF, Box, cell, within
from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.query_plans import winning
from tests.integration.issues.reading.readers import BOX, counted, placed, reported, up_to_date
from tests.unit.issues.world import HERE, RESIDENT, STAFF


async def test_the_map_clusters_from_afar_and_shows_cases_from_near(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]]
) -> None:
    _, houses = unit_and_houses
    await placed(store, houses)
    first = [await reported(api, houses[0]) for _ in range(3)]
    second = await reported(api, houses[1])
    await up_to_date(store)

    far = (await api.get(RESIDENT, "/map", community=HERE, bbox=BOX, zoom=6)).json
    assert (far["type"], far["clustered"]) == ("FeatureCollection", True)
    [cluster] = far["features"]
    assert cluster["properties"]["count"] == 4
    assert cluster["geometry"]["coordinates"] == [pytest.approx(114.2525), pytest.approx(30.6)]
    near = (await api.get(RESIDENT, "/map", community=HERE, bbox=BOX, zoom=16)).json
    assert sorted(each["properties"]["count"] for each in near["features"]) == [1, 3]

    close = (await api.get(RESIDENT, "/map", community=HERE, bbox="114.249,30.599,114.251,30.601", limit=2)).json
    assert close["clustered"] is False
    rest = await api.get(
        RESIDENT, "/map", community=HERE, bbox="114.249,30.599,114.251,30.601", limit=2, cursor=close["next"]
    )
    shown = [each["id"] for each in (*close["features"], *rest.json["features"])]
    assert (shown, rest.json["next"]) == (first[::-1], None)
    assert "exact" not in close["features"][0]["properties"]
    names = {"status": "reported", "category": "Noise", "building": "1号楼", "unit": None}
    assert close["features"][0]["properties"]["names"] == names

    await api.made(STAFF, f"/cases/{second}/reject", {"reason": "不属实"})
    await up_to_date(store)
    found = {status: await counted(api, status) for status in ("open", "done", "all")}
    assert found == {"open": 3, "done": 1, "all": 4}
    assert (await api.get(RESIDENT, "/map", community=HERE, bbox="1,2,3")).code == "map.not-a-box"
    assert (await api.get(RESIDENT, "/map", community=HERE, bbox=BOX, cluster=False)).code == "map.box-too-large"


@pytest.mark.parametrize("categories", [None, ["lift"], ["lift", "noise"], []])
@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("open", [None, True, False])
async def test_the_store_tells_which_cells_hold_what_is_asked_for(
    db: Database, open: bool | None, public: bool, categories: list[str] | None
) -> None:
    """As reading all of them tells: a row of each sort in a cell of its own, beside another, and a cell without any."""
    counts, shown = Counts(db), ShownOnMap(open, public, categories)
    sorts = [(o, p, c) for o in (True, False) for p in (True, False) for c in ("lift", "noise", "lamp")]
    places = [(114.2 + number * 0.002, 30.5) for number in range(len(sorts) + 1)]
    rows = [
        {"community": HERE, "open": o, "public": p, "category": c, "lon": lon, "lat": lat, "cell": cell(lon, lat)}
        for (lon, lat), sort in zip(places, sorts, strict=False)
        for o, p, c in (sort, (False, False, "rat"))
    ]
    await db[ROWS].insert_many(rows)
    await counts.recount({(HERE, f"cell:{cell(*place)}") for place in places})
    box = Box(114.1999, 30.4999, 114.3, 30.5001)
    read = [
        leaf
        for leaf, piles in await counts.of_cells(HERE, LEAF, list(within(box, LEAF)))
        if any(map(shown.counts, piles))
    ]

    assert sorted(await Maps(db).leaves(HERE, box, shown) or []) == sorted(read)


async def test_a_cell_without_a_position_in_the_box_is_not_walked(db: Database) -> None:
    """A thin strip of a cell is in view, and everything in the cell lies beside it."""
    lon, lat = 114.2, 30.5
    where = {"community": HERE, "open": True, "public": True, "category": "lift", "cell": cell(lon, lat)}
    await db[ROWS].insert_one({**where, "lon": lon, "lat": lat})
    await Counts(db).recount({(HERE, f"cell:{cell(lon, lat)}")})
    maps, shown = Maps(db), ShownOnMap(None, True, None)

    assert await maps.leaves(HERE, Box(lon + 0.00001, lat - 1e-5, lon + 0.00002, lat + 1e-5), shown) == []
    assert await maps.leaves(HERE, Box(lon, lat, lon + 0.00002, lat + 1e-5), shown) == [cell(lon, lat)]


async def test_a_map_of_another_datum_is_asked_and_answered_in_it(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]]
) -> None:
    _, houses = unit_and_houses
    await placed(store, houses)
    await reported(api, houses[0])
    await up_to_date(store)
    box = "114.254,30.596,114.257,30.599"
    assert (await api.get(STAFF, "/map", community=HERE, bbox=box)).json["features"] == []
    [feature] = (await api.get(STAFF, "/map", community=HERE, bbox=box, datum="GCJ-02")).json["features"]
    lon, lat = feature["geometry"]["coordinates"]
    assert 114.254 < lon < 114.257
    assert 30.596 < lat < 30.599


async def test_single_cases_on_the_map_leave_their_index_in_order(db: Database) -> None:
    box = {"lon": {"$gte": 114.2, "$lte": 114.3}, "lat": {"$gte": 30.5, "$lte": 30.6}}
    shown: dict[str, Any] = {"community": HERE, "category": {"$in": ["lift"]}, **box, "cell": {"$in": [1, 2, 3]}}
    shown |= {"open": {"$in": [True, False]}, "public": True}
    merged = await db[ROWS].find(shown).sort([("order", -1)]).hint("cells").limit(51).explain()
    assert not winning(merged) & {"COLLSCAN", "SORT"}


async def test_a_case_stands_at_its_own_point_for_workers_and_roughly_there_for_others(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]]
) -> None:
    """Reported in the datum of a map of this country, where no place has a point; and refused far away from one."""
    _, houses = unit_and_houses
    where = GivenPoint(lon=114.2553, lat=30.5978, datum=Datum.GCJ02)
    case = await reported(api, houses[0], point=where.model_dump(mode="json"))
    await up_to_date(store)
    box = "114.24,30.59,114.27,30.61"
    for by, near in ((RESIDENT, 0.0006), (STAFF, 0.000002)):
        answer = (await api.get(by, "/map", community=HERE, bbox=box, datum="GCJ-02", cluster=False)).json
        [feature] = answer["features"]
        lon, lat = feature["geometry"]["coordinates"]
        assert feature["id"] == case
        assert (abs(lon - where.lon) < near, abs(lat - where.lat) < near) == (True, True)
    await placed(store, houses)
    body = {"community": HERE, "category": "noise", "place": houses[1], "text": "灯"}
    store.places.forget(*houses)
    far = await api.post(STAFF, "/cases", {**body, "point": {"lon": 116.4, "lat": 39.9}})
    assert (far.status, far.code) == (422, "place.point-far-away")
    assert "公里" in far.json["detail"] or "km" in far.json["detail"]
    amended, right = f"/cases/{case}/amend", {"lon": 114.2501, "lat": 30.6001}
    corrected = {"reason": "标错", "place": houses[1]}
    wrong = await api.post(STAFF, amended, {**corrected, "point": {"lon": 116.4, "lat": 39.9}})
    assert (wrong.status, wrong.code) == (422, "place.point-far-away")
    stands = (await api.post(STAFF, amended, {**corrected, "point": right})).json["inside"]["point"]
    assert (stands["lon"], stands["lat"]) == (right["lon"], right["lat"])
    await up_to_date(store)
    [feature] = (await api.get(STAFF, "/map", community=HERE, bbox=box, cluster=False)).json["features"]
    assert feature["geometry"]["coordinates"] == [right["lon"], right["lat"]]
