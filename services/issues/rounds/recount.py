"""Counts rounds anew whose visits have come in: a visit's event leaves a mark on its round, a sweep counts and clears.

However many visits come in meanwhile, a round is counted once in a run of the sweep. If a process dies before the count
is written, the mark stays.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.mongo import ASCENDING, Database, WriteOp
from services.contracts.issues import PlaceKind
from services.issues.places.domain.places import Place
from services.issues.rounds.domain.figures import Compound, Seen, figures_of, recount
from services.issues.rounds.domain.rounds import Figures, Round
from services.issues.rounds.domain.visits import Visit
from services.issues.rounds.walks import Walks
from services.issues.shared.cache import AggregateCache
from services.issues.shared.unfinished import RecountMarks, asking

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
    """The sweep that counts marked rounds."""

    name = "round-count"
    every = timedelta(seconds=1)

    def __init__(self, walks: Walks, database: Database) -> None:
        self._walks = walks
        self._marks = RecountMarks(database[MARKS])

    async def once(self, clock: Clock) -> int:
        """Count every marked round. Returns how many were counted."""
        return await self._marks.clear(lambda mark: self._recount(mark["_id"]))

    async def _recount(self, id: str) -> None:
        walks = self._walks
        round = (await walks.rounds.get(id)).aggregate
        figures, compound = await count(walks.visits, id), await compound_of(walks.places, walks.visits, round)
        catalogue = await walks.catalogues.of(round.community)
        await walks.rounds.change(
            id,
            lambda round, now: recount(round, figures, compound, catalogue, now),
            Cause(SYSTEM, f"sweep.{self.name}"),
        )


async def count(visits: Aggregates[Visit], round: str, *, everything: bool = False) -> Figures:
    """The figures of `round`, counted from its visits in the store. `everything`: findings that are not public are
    counted too."""
    return figures_of([seen async for seen in _seen(visits, round, everything)])


async def compound_of(places: AggregateCache[Place], visits: Aggregates[Visit], round: Round) -> Compound:
    """The compound in which `round` is walked: how many buildings it has, and how many were walked in any round until
    the end of this one."""
    parents = {place.parent for place in (await places.those_of(round.buildings)).values()}
    query: dict[str, Any] = {
        "state.parent": {"$in": sorted(filter(None, parents))},
        "state.kind": PlaceKind.BUILDING,
        "state.retired": {"$ne": True},
    }
    buildings = [place["_id"] async for place in places.stored.collection.find(query, {"_id": 1})]
    walked: dict[str, Any] = {"state.building": {"$in": buildings}}
    if round.completed_at is not None:
        walked["state.visited_at"] = {"$lte": round.completed_at}
    covered = await visits.collection.distinct("state.building", walked)
    return Compound(len(buildings), len(covered))


async def _seen(visits: Aggregates[Visit], round: str, everything: bool) -> AsyncIterator[Seen]:
    cursor = visits.collection.find({"state.round": round}, _LIGHT, batch_size=_AT_A_TIME)
    cursor = cursor.sort([("at", ASCENDING), ("_id", ASCENDING)])
    while documents := await cursor.to_list(_AT_A_TIME):
        for document in documents:
            visit = document["state"]
            findings = [finding for finding in visit["findings"] if everything or finding.get("public", True)]
            found = tuple((finding["category"], finding["fixed"]) for finding in findings)
            yield Seen(document["_id"], visit["building"], visit["floor"], found)
