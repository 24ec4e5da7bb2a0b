"""Counts the figures of a week from the board's copies of public states, which name no person."""

from datetime import UTC, datetime
from typing import Any

from services.chassis.store.mongo import Database, Document
from services.contracts.activities import ActivityStatus
from services.contracts.issues import RoundStatus
from services.notify.board.case_states import CLOSED, OPEN
from services.notify.board.store import COPIES
from services.notify.bulletins.domain import Week, WeekFigures

_HELD = [status for status in ActivityStatus if status is not ActivityStatus.CANCELLED]


async def count_week(database: Database, community: str, week: Week) -> WeekFigures:
    """The figures of `week` in `community`, counted from the present copies."""
    mine: Document = {"community": community}
    within = {"$gte": _text(week.start), "$lt": _text(week.end)}
    before_its_end = {"$lt": _text(week.end)}
    cases, activities = database[COPIES["cases"]], database[COPIES["activities"]]
    rounds = await _rounds(database, {**mine, "state.status": RoundStatus.COMPLETED, "state.completed_at": within})
    still_open: Document = {
        "state.reported_at": before_its_end,
        "$or": [
            {"state.status": {"$in": list(OPEN)}},
            {"state.status": {"$in": list(CLOSED)}, "state.closed_at": {"$gte": _text(week.end)}},
        ],
    }
    return WeekFigures(
        **rounds,
        reported=await cases.count_documents({**mine, "state.reported_at": within}),
        closed=await cases.count_documents({**mine, "state.status": {"$in": list(CLOSED)}, "state.closed_at": within}),
        open=await cases.count_documents({**mine, **still_open}),
        activities=await activities.count_documents(
            {**mine, "state.status": {"$in": _HELD}, "state.starts_at": within}
        ),
    )


async def _rounds(database: Database, query: Document) -> dict[str, int]:
    summary = "$state.summary"
    sums: Document = {
        "_id": None,
        "rounds": {"$sum": 1},
        "floors": {"$sum": f"{summary}.floors_visited"},
        "found": {"$sum": f"{summary}.findings"},
        "on_the_spot": {"$sum": f"{summary}.fixed_on_the_spot"},
    }
    rows: list[dict[str, Any]] = (
        await database[COPIES["rounds"]].aggregate([{"$match": query}, {"$group": sums}]).to_list(1)
    )
    names = ("rounds", "floors", "found", "on_the_spot")
    return {name: int(rows[0][name]) if rows else 0 for name in names}


def _text(moment: datetime) -> str:
    """`moment` in the form that copies have: states are stored as they were published, with times as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
