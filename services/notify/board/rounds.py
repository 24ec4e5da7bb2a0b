"""The rounds that were summed up lately: their summaries as published, and their cases as they stand now."""

from collections.abc import Mapping
from typing import Any

from services.chassis.store.mongo import DESCENDING, Database, Document
from services.contracts.issues import RoundStatus, RoundSummary
from services.notify.board.case_states import OPEN
from services.notify.board.figures import BuildingFindings, FoundOf, Place, RoundResult
from services.notify.board.store import COPIES

SHOWN_ROUNDS = 5


async def latest_rounds(database: Database, community: str, places: Mapping[str, Place]) -> tuple[RoundResult, ...]:
    """The last rounds of the community whose summary was published, the newest first."""
    query = {"community": community, "state.status": RoundStatus.COMPLETED, "state.summary": {"$ne": None}}
    newest = [("state.completed_at", DESCENDING), ("_id", DESCENDING)]
    rows = await database[COPIES["rounds"]].find(query).sort(newest).limit(SHOWN_ROUNDS).to_list(SHOWN_ROUNDS)
    left = await _left_of(database, community, [row["_id"] for row in rows])
    return tuple(_result(row, left.get(row["_id"], {}), places) for row in rows if row["state"].get("summary"))


async def _left_of(database: Database, community: str, rounds: list[str]) -> dict[str, Document]:
    stages: list[Document] = [
        {"$match": {"community": community, "state.round": {"$in": rounds}, "state.status": {"$in": list(OPEN)}}},
        {
            "$group": {
                "_id": "$state.round",
                "open": {"$sum": 1},
                "overdue": {"$sum": {"$cond": ["$state.overdue", 1, 0]}},
                "next_due": {"$min": "$state.due_at"},
            }
        },
    ]
    return {row["_id"]: row async for row in database[COPIES["cases"]].aggregate(stages)}


def _result(row: Document, left: Mapping[str, Any], places: Mapping[str, Place]) -> RoundResult:
    summary = RoundSummary.model_validate(row["state"]["summary"])
    return RoundResult(
        id=row["_id"],
        title=row["state"].get("title"),
        completed_at=row["state"]["completed_at"],
        covered=summary.buildings_covered,
        planned=summary.buildings_planned,
        compound_covered=summary.compound_covered,
        compound_buildings=summary.compound_buildings,
        floors=summary.floors_visited,
        floors_planned=summary.floors_planned,
        found=summary.findings,
        on_the_spot=summary.fixed_on_the_spot,
        handed_over=summary.handed_over,
        open=left.get("open", 0),
        overdue=left.get("overdue", 0),
        next_due=left.get("next_due"),
        by_building=_by_building(summary, places),
        by_category=tuple(
            FoundOf(
                category=tally.category,
                category_zh=tally.category_zh or tally.category,
                category_en=tally.category_en or tally.category,
                found=tally.findings,
                on_the_spot=tally.fixed_on_the_spot,
            )
            for tally in sorted(summary.by_category, key=lambda tally: (-tally.findings, tally.category))
        ),
    )


def _by_building(summary: RoundSummary, places: Mapping[str, Place]) -> tuple[BuildingFindings, ...]:
    """The findings of buildings that are known. The figures of all rounds tell what was put right later."""
    return tuple(
        BuildingFindings(
            building=places[tally.building],
            found=tally.findings,
            on_the_spot=tally.fixed_on_the_spot,
            put_right=tally.fixed_on_the_spot,
        )
        for tally in summary.by_building
        if tally.building in places
    )
