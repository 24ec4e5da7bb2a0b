"""Reads the present state of a round: floors walked, problems found, and the cases that were made of findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import ASCENDING, Document
from services.contracts.issues import RoundSummary
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.transitions import CLOSED, SOLVED
from services.issues.catalogue.store import Catalogues
from services.issues.places.domain.places import Place
from services.issues.rounds.domain.figures import summary_of
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Visit
from services.issues.rounds.recount import compound_of, count
from services.issues.shared.cache import AggregateCache

OPEN_SHOWN = 200


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The cases of a round, counted by their state. `waiting` are some of the open ones, the most urgent first."""

    cases: int
    open: int
    overdue: int
    put_right: int
    waiting: Sequence[Document]


@dataclass(frozen=True, slots=True)
class RoundStatus:
    """A round's summary, counted from its visits at this moment, and its cases. `found` counts findings by building and
    category."""

    summary: RoundSummary
    found: Mapping[tuple[str, str], tuple[int, int]]
    handed_over: HandedOver


@dataclass(frozen=True, slots=True)
class RoundReader:
    """Reads the present state of a round from its visits, the cases made of them, and the compound."""

    visits: Aggregates[Visit]
    cases: Aggregates[Case]
    places: AggregateCache[Place]
    catalogues: Catalogues

    async def status(self, round: Round, now: datetime, shown: Document, *, everything: bool) -> RoundStatus:
        """The present state of `round`, with visits that are not counted into the round yet.

        `shown` is the condition on cases that are counted and named. `everything`: findings that are not public are
        counted too.
        """
        figures = await count(self.visits, round.id, everything=everything)
        current = round.model_copy(update={"counted": figures})
        catalogue = await self.catalogues.of(round.community)
        summary = summary_of(current, await compound_of(self.places, self.visits, round), catalogue, now)
        crossed = await _crossed(self.visits, round.id, everything)
        return RoundStatus(summary, crossed, await _handed_over(self.cases, round.id, shown))


async def _crossed(visits: Aggregates[Visit], round: str, everything: bool) -> dict[tuple[str, str], tuple[int, int]]:
    pipeline: list[Document] = [
        {"$match": {"state.round": round}},
        {"$unwind": "$state.findings"},
        {"$match": {} if everything else {"state.findings.public": {"$ne": False}}},
        {
            "$group": {
                "_id": {"building": "$state.building", "category": "$state.findings.category"},
                "found": {"$sum": 1},
                "fixed": {"$sum": {"$cond": ["$state.findings.fixed", 1, 0]}},
            }
        },
    ]
    rows = visits.collection.aggregate(pipeline)
    return {(row["_id"]["building"], row["_id"]["category"]): (row["found"], row["fixed"]) async for row in rows}


async def _handed_over(cases: Aggregates[Case], round: str, shown: Document) -> HandedOver:
    by_status: list[Document] = [
        {"$match": {"state.round": round, **shown}},
        {
            "$group": {
                "_id": "$state.status",
                "cases": {"$sum": 1},
                "overdue": {"$sum": {"$cond": ["$state.overdue", 1, 0]}},
            }
        },
    ]
    rows = await cases.collection.aggregate(by_status).to_list(None)
    counts: dict[str, int] = {row["_id"]: row["cases"] for row in rows}
    settled: list[Any] = sorted(CLOSED)
    return HandedOver(
        cases=sum(counts.values()),
        open=sum(found for status, found in counts.items() if status not in settled),
        overdue=sum(row["overdue"] for row in rows if row["_id"] not in settled),
        put_right=sum(counts.get(status, 0) for status in SOLVED),
        waiting=await _waiting(cases, {"state.round": round, "state.status": {"$nin": settled}, **shown}),
    )


async def _waiting(cases: Aggregates[Case], query: Document) -> list[Document]:
    """The first open cases of `query`: those with a deadline, the nearest at the top, then those that no unit has been
    given yet."""
    shown = {f"state.{name}": 1 for name in ("category", "title", "building", "status", "unit", "due_at", "overdue")}
    dated = cases.collection.find({**query, "state.due_at": {"$ne": None}}, shown)
    found = await dated.sort([("state.due_at", ASCENDING), ("_id", ASCENDING)]).limit(OPEN_SHOWN).to_list(OPEN_SHOWN)
    if len(found) < OPEN_SHOWN:
        undated = cases.collection.find({**query, "state.due_at": None}, shown).sort([("_id", ASCENDING)])
        found += await undated.limit(OPEN_SHOWN - len(found)).to_list(OPEN_SHOWN)
    return found
