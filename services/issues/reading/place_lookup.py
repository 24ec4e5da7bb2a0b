"""Looks up the titles of places, from the compound down, and their points, for the rows of cases."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.chassis.store.mongo import Collection, Database, Document
from services.issues.reading.row import Where

_DEEPEST = 8


class PlaceLookup:
    """Reads the present places of this service."""

    def __init__(self, database: Database) -> None:
        self._places: Collection = database["places"]

    async def of(self, cases: Iterable[Mapping[str, Any]]) -> dict[str, Where]:
        """The places of the stored `cases`, by id: the public place of each and, where it has one, the exact place."""
        wanted = {id for case in cases for id in (case["place"], case.get("at")) if id}
        known: dict[str, Document] = {}
        missing = set(wanted)
        for _ in range(_DEEPEST):
            if not missing:
                break
            found = self._places.find({"_id": {"$in": sorted(missing)}}, {"state": 1})
            known |= {place["_id"]: place["state"] async for place in found}
            missing = {parent for place in known.values() if (parent := place.get("parent"))} - known.keys()
        return {id: _where(id, known) for id in wanted}


def _where(id: str, known: Mapping[str, Document]) -> Where:
    titles: list[str] = []
    point: Mapping[str, Any] | None = None
    place = known.get(id)
    while place is not None and len(titles) < _DEEPEST:
        titles.insert(0, place["title"])
        point = point or place.get("point")
        place = known.get(place.get("parent") or "")
    return Where(tuple(titles), *((point["lon"], point["lat"]) if point else ()))
