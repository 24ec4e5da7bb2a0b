"""Counts the board from the copies of others' public states. Counts are made in the database, by indexed queries."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from services.chassis.store.mongo import ASCENDING, DESCENDING, Database, Document
from services.contracts.activities import ActivityStatus
from services.contracts.issues import Channel, PlaceKind, WishStatus
from services.notify.announcements.domain import Announcement
from services.notify.board.case_states import CLOSED, OPEN
from services.notify.board.figures import (
    Announced,
    Board,
    BuildingFindings,
    Cases,
    ClosedCase,
    ComingActivity,
    Coverage,
    OpenCase,
    Place,
    Team,
    Volunteering,
    Wish,
    tally,
)
from services.notify.board.rounds import latest_rounds
from services.notify.board.store import COPIES

SHOWN_CASES = 8
SHOWN_ACTIVITIES = 9
SHOWN_WISHES = 6
_LOOKED_AT = 300
SHOWN_TEAMS = 12

Places: TypeAlias = Mapping[str, Place]


async def communities(database: Database) -> list[str]:
    """The communities of which places are known, by id."""
    return sorted(await database[COPIES["places"]].distinct("community"))


async def count_board(
    database: Database, community: str, now: datetime, announcements: Sequence[Announcement] = ()
) -> Board:
    """Count the whole board. Each part is counted at its own moment; together they are right once nothing moves."""
    rows = await _rows(database, "places", {"community": community})
    places = {row["_id"]: _place(row) for row in rows if row["state"]["kind"] == PlaceKind.BUILDING}
    findings, coverage, cases, activities, volunteering, (wishes, wish_count) = await asyncio.gather(
        _findings(database, community, places),
        _coverage(database, community, places),
        _cases(database, community, places),
        _activities(database, community, now),
        _volunteering(database, community),
        _wishes(database, community),
    )
    return Board(
        community=community,
        as_of=now,
        announcements=tuple(_announced(each) for each in announcements),
        households=_population(rows, "households"),
        residents=_population(rows, "residents"),
        findings=tally(findings),
        coverage=coverage,
        cases=cases,
        activities=activities,
        volunteering=volunteering,
        wishes=wishes,
        wish_count=wish_count,
    )


async def _findings(database: Database, community: str, places: Places) -> list[BuildingFindings]:
    found = await _grouped(
        database,
        "visits",
        {"community": community},
        {"$unwind": "$state.findings"},
        {
            "$group": {
                "_id": "$state.building",
                "found": {"$sum": 1},
                "fixed": {"$sum": {"$cond": ["$state.findings.fixed", 1, 0]}},
            }
        },
    )
    closed = await _grouped(
        database,
        "cases",
        {"community": community, "state.channel": Channel.ROUND, "state.status": {"$in": CLOSED}},
        {"$group": {"_id": "$state.building", "closed": {"$sum": 1}}},
    )
    later = {row["_id"]: row["closed"] for row in closed}
    return [
        BuildingFindings(
            building=places.get(row["_id"]),
            found=row["found"],
            on_the_spot=row["fixed"],
            put_right=min(row["found"], row["fixed"] + later.get(row["_id"], 0)),
        )
        for row in found
    ]


async def _coverage(database: Database, community: str, places: Places) -> Coverage:
    rows = await _rows(database, "rounds", {"community": community})
    covered = {building for row in rows for building in row["state"]["covered"]}
    buildings = sorted(places.values(), key=lambda place: (place.number or 1_000_000, place.title))
    return Coverage(
        buildings=tuple(buildings),
        covered=tuple(place.id for place in buildings if place.id in covered),
        rounds=len(rows),
        floors=sum(row["state"]["floors_visited"] for row in rows),
        latest=await latest_rounds(database, community, places),
    )


async def _cases(database: Database, community: str, places: Places) -> Cases:
    mine = {"community": community}
    by_status = await _grouped(
        database,
        "cases",
        mine,
        {
            "$group": {
                "_id": "$state.status",
                "count": {"$sum": 1},
                "overdue": {"$sum": {"$cond": ["$state.overdue", 1, 0]}},
                "from_rounds": {"$sum": {"$cond": [{"$eq": ["$state.channel", Channel.ROUND]}, 1, 0]}},
            }
        },
    )
    counts = {row["_id"]: row["count"] for row in by_status}
    closed = await _rows(
        database, "cases", {**mine, "state.status": {"$in": CLOSED}}, ("closed_at", DESCENDING), SHOWN_CASES
    )
    dated = {**mine, "state.status": {"$in": OPEN}, "state.due_at": {"$ne": None}}
    undated = {**mine, "state.status": {"$in": OPEN}, "state.due_at": None}
    waiting = await _rows(database, "cases", dated, ("due_at", ASCENDING), SHOWN_CASES)
    if len(waiting) < SHOWN_CASES:
        waiting += await _rows(database, "cases", undated, ("reported_at", ASCENDING), SHOWN_CASES - len(waiting))
    return Cases(
        reported=sum(counts.values()),
        from_rounds=sum(row["from_rounds"] for row in by_status),
        closed=sum(counts.get(status, 0) for status in CLOSED),
        open=sum(counts.get(status, 0) for status in OPEN),
        overdue=sum(row["overdue"] for row in by_status if row["_id"] in OPEN),
        latest=tuple(ClosedCase(**_named(row, places)) for row in closed),
        waiting=tuple(OpenCase(**_named(row, places)) for row in waiting),
    )


async def _activities(database: Database, community: str, now: datetime) -> tuple[ComingActivity, ...]:
    ahead = {
        "community": community,
        "state.status": ActivityStatus.SCHEDULED,
        "state.starts_at": {"$gte": now.strftime("%Y-%m-%dT%H:%M")},
    }
    soonest = await _rows(database, "activities", ahead, ("starts_at", ASCENDING), _LOOKED_AT)
    rows = first_of_each_series(soonest)[:SHOWN_ACTIVITIES]
    return tuple(
        ComingActivity(
            **{
                "title_en": None,
                **row["state"],
                "id": row["_id"],
                "seats_left": max(0, row["state"]["capacity"] - row["state"]["taken"]),
                "volunteers": len(row["state"]["volunteers"]),
            }
        )
        for row in rows
    )


def first_of_each_series(rows: Sequence[Document]) -> list[Document]:
    """The first activity of each series, in order: a class on every weekday would leave no room for anything else."""
    firsts: dict[str, Document] = {}
    for row in rows:
        firsts.setdefault(row["state"].get("series") or row["_id"], row)
    return list(firsts.values())


async def _volunteering(database: Database, community: str) -> Volunteering:
    mine = {"community": community}
    given = await _grouped(database, "accounts", mine, {"$group": {"_id": None, "minutes": {"$sum": "$state.minutes"}}})
    volunteers = await database[COPIES["volunteers"]].count_documents({**mine, "gone": {"$ne": True}})
    teams = await _rows(database, "teams", mine, ("members", DESCENDING), SHOWN_TEAMS)
    return Volunteering(
        minutes=given[0]["minutes"] if given else 0,
        volunteers=volunteers,
        team_count=await database[COPIES["teams"]].count_documents({**mine, "state": {"$exists": True}}),
        teams=tuple(Team(**{"title_en": None, **row["state"], "id": row["_id"]}) for row in teams),
    )


async def _wishes(database: Database, community: str) -> tuple[tuple[Wish, ...], int]:
    """The wishes that are shown, and how many there are."""
    shown = {"community": community, "state.status": {"$in": list(WishStatus)}}
    rows = await _rows(database, "wishes", shown, ("supporters", DESCENDING), SHOWN_WISHES)
    count = await database[COPIES["wishes"]].count_documents({**shown, "state": {"$exists": True}})
    return tuple(Wish(**{"answer": None, **row["state"], "id": row["_id"]}) for row in rows), count


async def _rows(
    database: Database,
    copy: str,
    query: Document,
    sort: tuple[str, int] | None = None,
    limit: int = 0,
) -> list[Document]:
    found = database[COPIES[copy]].find({**query, "state": {"$exists": True}})
    if sort is not None:
        found = found.sort([(f"state.{sort[0]}", sort[1]), ("_id", sort[1])])
    return await found.limit(limit).to_list(None)


async def _grouped(database: Database, copy: str, query: Document, *stages: Document) -> list[Document]:
    matching = {"$match": {**query, "state": {"$exists": True}}}
    return await database[COPIES[copy]].aggregate([matching, *stages]).to_list(None)


def _announced(announcement: Announcement) -> Announced:
    return Announced(**announcement.public().model_dump(exclude={"status"}), id=announcement.id)


def _place(row: Document) -> Place:
    return Place(id=row["_id"], title=row["state"]["title"], number=row["state"].get("number"))


def _named(row: Document, places: Places) -> dict[str, Any]:
    """A case's state with its building as people know it."""
    state = row["state"]
    return {"title": None, "due_at": None, **state, "id": row["_id"], "building": places.get(state.get("building"))}


def _population(rows: Sequence[Document], field: str) -> int:
    """The sum over compounds where they state `field`, else over buildings."""
    said = {kind: sum(r["state"].get(field) or 0 for r in rows if r["state"]["kind"] == kind) for kind in PlaceKind}
    return said[PlaceKind.COMPOUND] or said[PlaceKind.BUILDING]
