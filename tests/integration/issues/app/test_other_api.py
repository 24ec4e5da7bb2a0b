"""Rounds, photos, wishes, units and places over HTTP; and what the OpenAPI document says of all."""

from typing import Any

from services.contracts.issues import PlaceKind, UnitKind
from services.issues.catalogue.residential import RESIDENTIAL as CATALOGUE
from services.issues.rounds.api.rounds import MAX_VISITS_AT_ONCE
from tests.integration.issues.calling import BASE, OPERATOR, Api, a_community
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, WALKER

PUBLIC = {f"{BASE}/report", *(f"{BASE}/exhibits/{{id}}{of}" for of in ("", "/before.jpg", "/after.jpg"))}
STARTS = "2026-01-05T09:00:00+08:00"


def a_visit(id: str, building: str, floor: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": id, "building": building, "floor": floor, **more}


async def test_a_round_is_planned_walked_and_completed(api: Api) -> None:
    _, buildings = await a_community(api)
    body = {"community": HERE, "buildings": buildings, "starts_at": STARTS, "title": "一月巡查"}
    round = await api.made(WALKER, "/rounds", body)
    assert (round["starts_at"], round["buildings_planned"]) == ("2026-01-05T01:00:00Z", 3)
    at = f"/rounds/{round['id']}"
    finding = {"id": "f1", "category": "lighting", "fixed": False, "note": "左侧"}

    first = await api.post(WALKER, f"{at}/visits", a_visit("v1", buildings[0], findings=[finding]))
    again = await api.post(WALKER, f"{at}/visits", a_visit("v1", buildings[0], findings=[finding]))
    other = await api.post(WALKER, f"{at}/visits", a_visit("v1", buildings[1]))
    assert [first.status, again.status, other.status] == [201, 200, 409]
    assert first.json == again.json
    assert other.code == "visit.recorded-otherwise"

    batch = [a_visit("v1", buildings[0], findings=[finding]), a_visit("v2", buildings[1]), a_visit("v3", "nowhere"), {}]
    results = (await api.post(WALKER, f"{at}/visits/batch", {"visits": batch})).json["results"]
    assert [(r["id"], r["outcome"]) for r in results] == [
        ("v1", "already"),
        ("v2", "recorded"),
        ("v3", "refused"),
        (None, "refused"),
    ]
    assert set(results[2]["error"]) == {"code", "zh", "en"}
    assert (await api.post(NEIGHBOUR, f"{at}/visits/batch", {"visits": batch})).status == 403

    visits = (await api.get(NEIGHBOUR, f"{at}/visits")).json["items"]
    assert {(v["client_id"], v["inside"]) for v in visits} == {("v1", None), ("v2", None)}
    assert "左侧" in str((await api.get(STAFF, f"{at}/visits", building=buildings[0])).json)
    done = await api.post(WALKER, f"{at}/complete")
    assert (done.status, done.json["status"]) == (200, "walked")
    late = await api.post(WALKER, f"{at}/visits", a_visit("v9", buildings[2]))
    assert late.code == "round.over"
    assert len((await api.get(STAFF, "/rounds", community=HERE, building=buildings[2])).json["items"]) == 1


async def test_too_many_visits_at_once_are_refused_whole(api: Api) -> None:
    _, buildings = await a_community(api)
    round = await api.made(WALKER, "/rounds", {"community": HERE, "buildings": buildings, "starts_at": STARTS})
    many = {"visits": [a_visit(f"v{n}", buildings[0]) for n in range(MAX_VISITS_AT_ONCE + 1)]}
    assert (await api.post(WALKER, f"/rounds/{round['id']}/visits/batch", many)).code == "request.invalid"
    assert (await api.get(WALKER, f"/rounds/{round['id']}/visits")).json["items"] == []


async def test_a_photo_is_kept_as_our_own_drawing(api: Api) -> None:
    first, again = [await api.photo(RESIDENT, a_picture("teal")) for _ in range(2)]
    assert (first.status, first.json) == (201, again.json)
    picture = await api.get(RESIDENT, first.json["thumbnail"])
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.content[:2] == b"\xff\xd8"
    for by, status in ((NEIGHBOUR, 404), (STAFF, 200), (None, 401)):
        assert (await api.get(by, first.json["url"])).status == status
    assert (await api.get(STAFF, "/photos/photo-x")).status == 404


async def test_what_is_no_picture_or_too_large_is_refused(api: Api) -> None:
    assert (await api.photo(RESIDENT, b"<script>alert(1)</script>")).code == "photo.not-a-picture"
    large = await api.photo(RESIDENT, a_picture(size=20) + bytes(16 * 1024 * 1024))
    assert (large.status, large.code) == (413, "photo.too-large")


async def test_a_wish_is_supported_once_by_each_and_answered(api: Api) -> None:
    wish = await api.made(RESIDENT, "/wishes", {"community": HERE, "title": "建老年食堂", "text": "我家"})
    at = f"/wishes/{wish['id']}"
    for _ in range(2):
        supported = await api.made(NEIGHBOUR, f"{at}/support", None)
    assert (supported["supporters"], supported["mine"], supported["text"]) == (2, True, None)
    answered = await api.made(STAFF, f"{at}/answer", {"verdict": "accepted", "answer": "列入计划"})
    assert (answered["status"], answered["text"]) == ("accepted", "我家")
    assert (await api.post(WALKER, f"{at}/support")).code == "wish.answered"
    assert (await api.post(RESIDENT, f"{at}/answer", {"verdict": "open", "answer": "x"})).status == 422
    [listed] = (await api.get(RESIDENT, "/wishes", community=HERE, status="accepted")).json["items"]
    assert listed["id"] == wish["id"]


async def test_places_and_units_are_registered_once(api: Api) -> None:
    unit, buildings = await a_community(api)
    twice = {"community": HERE, "code": "property", "kind": UnitKind.CLINIC, "title": "另一家"}
    assert (await api.post(OPERATOR, "/units", twice)).code == "already-exists"
    assert (await api.post(RESIDENT, "/units", {**twice, "code": "x"})).code == "forbidden"
    places = (await api.get(RESIDENT, "/places", community=HERE, kind=PlaceKind.BUILDING)).json["items"]
    assert {place["id"] for place in places} == set(buildings)
    assert (await api.get(RESIDENT, f"/units/{unit}")).json["title"] == "物业公司"
    assert (await api.get(RESIDENT, f"/places/{buildings[0]}")).json["number"] == 1
    assert len((await api.get(RESIDENT, "/units", community=HERE)).json["items"]) == 1
    catalogue = (await api.get(RESIDENT, "/categories")).json
    assert [item["code"] for item in catalogue["items"]] == [category.code for category in CATALOGUE.categories]


async def test_the_document_lists_every_route_with_its_refusals_behind_a_token(api: Api) -> None:
    paths = (await api.get(None, "/api/issues/openapi.json")).json["paths"]
    ours = {path: operations for path, operations in paths.items() if path.startswith(BASE)}
    assert len(ours) >= 27
    for path, operations in ours.items():
        for method, operation in operations.items():
            assert operation.get("security") or path in PUBLIC, (method, path)
            assert operation["tags"], (method, path)
            if "{id}" in path:
                assert "404" in operation["responses"], (method, path)
            if method == "post":
                assert "403" in operation["responses"], (method, path)
