"""What tests of search, queues and map begin with: cases at houses that stand somewhere, rows that are up to date."""

from typing import Any

from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.unit.issues.world import HERE, RESIDENT, STAFF

BOX = "114.2,30.5,114.3,30.7"


async def reported(api: Api, house: str, by: Any = RESIDENT, **fields: Any) -> str:
    body = {"community": HERE, "category": "noise", "place": house, "text": "楼上装修噪声很大", **fields}
    made = await api.made(by, "/cases", body)
    return str(made["id"])


async def dispatched(api: Api, case: str, unit: str, title: str | None = None) -> None:
    await api.made(STAFF, f"/cases/{case}/accept", {} if title is None else {"title": title})
    await api.made(STAFF, f"/cases/{case}/dispatch", {"unit": unit})


async def up_to_date(store: Kept) -> None:
    """What events and sweeps do in a running service."""
    await store.projection.rebuild()
    await store.projection.catch_up()


async def placed(store: Kept, houses: list[str]) -> None:
    for number, house in enumerate(houses):
        point = {"lon": 114.25 + number * 0.01, "lat": 30.6, "datum": "WGS84"}
        await store.places.stored.collection.update_one({"_id": house}, {"$set": {"state.point": point}})


async def counted(api: Api, status: str) -> int:
    answer = await api.get(RESIDENT, "/map", community=HERE, bbox=BOX, zoom=6, status=status)
    return sum(each["properties"]["count"] for each in answer.json["features"])


async def ids(api: Api, by: Any, path: str, **query: Any) -> list[str]:
    """The cases that a list shows, in its order."""
    answer = await api.get(by, path, community=HERE, **query)
    assert answer.status == 200, answer.json
    return [item["id"] for item in answer.json["items"]]
