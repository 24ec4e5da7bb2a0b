"""Makes the sheet of an export batch by batch, so that a long sheet takes no more memory than a short one."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from services.chassis.store.mongo import Database, Document
from services.issues.reading.conditions import Filters
from services.issues.reading.finding import CaseFinder
from services.issues.reading.place_lookup import PlaceLookup
from services.issues.reading.row import Where
from services.issues.reading.sheet import Exported, heading, line, lines
from services.issues.units.domain import Unit

BATCH = 500


class Units(Protocol):
    """Knows the units."""

    async def those_of(self, ids: Sequence[str]) -> dict[str, Unit]:
        """Those of `ids` that exist, by their id."""


async def sheet(database: Database, units: Units, community: str, filters: Filters) -> AsyncIterator[str]:
    """The sheet in pieces of at most 500 lines. Changes that are made meanwhile may be in it or not."""
    yield heading()
    finding, cases, place_lookup = CaseFinder(database), database["cases"], PlaceLookup(database)
    query, cursor = {"community": community, **filters.query()}, None
    while True:
        page = await finding.newest(query, BATCH, cursor)
        ids = [row["_id"] for row in page.rows]
        known = {found["_id"]: found["state"] async for found in cases.find({"_id": {"$in": ids}}, {"state": 1})}
        yield await _piece([(id, known[id]) for id in ids if id in known], units, place_lookup)
        cursor = page.next
        if cursor is None:
            return


async def _piece(cases: Sequence[tuple[str, Document]], units: Units, place_lookup: PlaceLookup) -> str:
    where = await place_lookup.of(state for _, state in cases)
    agencies = await units.those_of([state["unit"] for _, state in cases if state.get("unit")])
    exported = (
        Exported(id, state, where.get(state["place"], Where()), _title(agencies.get(state.get("unit") or "")))
        for id, state in cases
    )
    return lines(map(line, exported))


def _title(unit: Unit | None) -> str | None:
    return None if unit is None else unit.title
