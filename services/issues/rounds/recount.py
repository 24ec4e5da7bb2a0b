"""Counts rounds anew whose visits have come in: a visit's event leaves a mark on its round, a sweep counts and clears.

However many visits are told of meanwhile, a round is counted once a turn; and whatever dies in between leaves the mark.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Cause
from services.chassis.store.mongo import ASCENDING, Database, WriteOp
from services.contracts.issues import PlaceKind
from services.issues.rounds.domain.figures import Compound, Seen, figures_of, recount
from services.issues.rounds.domain.rounds import Figures, Round
from services.issues.shared.unfinished import Marks, asking
from services.issues.store import Store

MARKS = "recounts"
_AT_A_TIME = 1000
_LIGHT = {
    "state.building": 1,
    "state.floor": 1,
    **{f"state.findings.{name}": 1 for name in ("category", "fixed", "public")},
}


def marked(round: str) -> WriteOp:
    """The write that asks for a count of `round`."""
    return asking(round)


class Recount:
    """The sweep that counts."""

    name = "round-count"
    every = timedelta(seconds=1)

    def __init__(self, store: Store, database: Database) -> None:
        self._store = store
        self._marks = Marks(database[MARKS])

    async def once(self, clock: Clock) -> int:
        """Count every round that asks for it; returns how many were counted."""
        return await self._marks.clear(lambda mark: self._recount(mark["_id"]))

    async def _recount(self, id: str) -> None:
        round = (await self._store.rounds.get(id)).aggregate
        figures, compound = await count(self._store, id), await compound_of(self._store, round)
        catalogue = await self._store.catalogues.of(round.community)
        await self._store.rounds.change(
            id,
            lambda round, now: recount(round, figures, compound, catalogue, now),
            Cause(SYSTEM, f"sweep.{self.name}"),
        )


async def count(store: Store, round: str, *, everything: bool = False) -> Figures:
    """What the visits of `round` come to, as they stand in the store. `everything`: also what is not public."""
    return figures_of([seen async for seen in _seen(store, round, everything)])


async def compound_of(store: Store, round: Round) -> Compound:
    """The compound in which `round` is walked: all its buildings, and those that any round has been through."""
    parents = {place.parent for place in (await store.places.those_of(round.buildings)).values()}
    query: dict[str, Any] = {
        "state.parent": {"$in": sorted(filter(None, parents))},
        "state.kind": PlaceKind.BUILDING,
        "state.retired": {"$ne": True},
    }
    buildings = [place["_id"] async for place in store.places.stored.collection.find(query, {"_id": 1})]
    covered = await store.visits.collection.distinct("state.building", {"state.building": {"$in": buildings}})
    return Compound(len(buildings), len(covered))


async def _seen(store: Store, round: str, everything: bool) -> AsyncIterator[Seen]:
    cursor = store.visits.collection.find({"state.round": round}, _LIGHT, batch_size=_AT_A_TIME)
    cursor = cursor.sort([("at", ASCENDING), ("_id", ASCENDING)])
    while documents := await cursor.to_list(_AT_A_TIME):
        for document in documents:
            visit = document["state"]
            findings = [finding for finding in visit["findings"] if everything or finding.get("public", True)]
            found = tuple((finding["category"], finding["fixed"]) for finding in findings)
            yield Seen(document["_id"], visit["building"], visit["floor"], found)
