"""Counts the board from the copies of others' public states. Counts are made in the database, by indexed queries."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from services.chassis.store.mongo import ASCENDING, DESCENDING, Database, Document
from services.contracts.activities import ActivityDetails, ActivityStatus
from services.contracts.issues import CaseStatus, Channel, PlaceKind, WishStatus
from services.notify.announcements.domain import Announcement
from services.notify.board.case_states import CLOSED, OPEN
from services.notify.board.figures import (
    FEWEST,
    Announced,
    Board,
    BuildingFindings,
    Cases,
    ClosedCase,
    ComingActivity,
    Coverage,
    OpenCase,
    Pictures,
    Place,
    Team,
    Volunteering,
    Wish,
    tally,
)
from services.notify.board.rounds import latest_rounds
from services.notify.board.store import COPIES, COUNTED

SHOWN_CASES = 8
SHOWN_PICTURES = 3
SHOWN_ACTIVITIES = 9
SHOWN_WISHES = 6
_LOOKED_AT = 300
SHOWN_TEAMS = 12

CALENDAR = "/calendar"
"""Where people read of an activity, under the origin of the deployment: every edge leads this path to events."""

EXHIBITS = "/api/issues/v1/exhibits"
"""Where issues shows everybody what its committee has decided to show."""

Places: TypeAlias = Mapping[str, Place]


async def communities(database: Database) -> list[str]:
    """The communities of which places are known, by id."""
    return sorted(await database[COPIES["places"]].distinct("community"))


async def is_known(database: Database, community: str) -> bool:
    """Whether places of `community` are known, as of now."""
    return await database[COPIES["places"]].find_one({"community": community}, {"_id": 1}) is not None


async def count_board(
    database: Database,
    community: str,
    now: datetime,
    announcements: Sequence[Announcement] = (),
    venues: Mapping[str, Document] | None = None,
) -> Board:
    """Count the whole board. Each part is counted at its own moment; together they are right once nothing moves.

    `venues` are the states of the community's venues, by their codes.
    """
    rows = await _rows(database, "places", {"community": community})
    places = {row["_id"]: _place(row) for row in rows if row["state"]["kind"] == PlaceKind.BUILDING}
    findings, coverage, cases, activities, volunteering, (wishes, wish_count) = await asyncio.gather(
        _findings(database, community, places),
        _coverage(database, community, places),
        _cases(database, community, places),
        _activities(database, community, now, places, venues or {}),
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
    counting = _grouped(
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
    put_right = _counted_cases(
        database,
        {"community": community, "state.status": {"$in": CLOSED}, "state.channel": Channel.ROUND},
        {"_id": "$state.building", "closed": {"$sum": 1}},
    )
    found, closed = await asyncio.gather(counting, put_right)
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
    walked = _rows(database, "rounds", {"community": community})
    rows, latest = await asyncio.gather(walked, latest_rounds(database, community, places))
    covered = {building for row in rows for building in row["state"]["covered"]}
    buildings = sorted(places.values(), key=lambda place: (place.number or 1_000_000, place.title))
    return Coverage(
        buildings=tuple(buildings),
        covered=tuple(place.id for place in buildings if place.id in covered),
        rounds=len(rows),
        floors=sum(row["state"]["floors_visited"] for row in rows),
        latest=latest,
    )


async def _cases(database: Database, community: str, places: Places) -> Cases:
    mine = {"community": community}
    counting = _counted_cases(
        database,
        {**mine, "state.status": {"$in": list(CaseStatus)}},
        {
            "_id": "$state.status",
            "count": {"$sum": 1},
            "overdue": {"$sum": {"$cond": ["$state.overdue", 1, 0]}},
            "from_rounds": {"$sum": {"$cond": [{"$eq": ["$state.channel", Channel.ROUND]}, 1, 0]}},
        },
    )
    by_status, (closed, pictures), waiting = await asyncio.gather(
        counting, _closed(database, community), _waiting(database, community)
    )
    counts = {row["_id"]: row["count"] for row in by_status}
    return Cases(
        reported=sum(counts.values()),
        from_rounds=sum(row["from_rounds"] for row in by_status),
        closed=sum(counts.get(status, 0) for status in CLOSED),
        open=sum(counts.get(status, 0) for status in OPEN),
        overdue=sum(row["overdue"] for row in by_status if row["_id"] in OPEN),
        latest=tuple(ClosedCase(**_named(row, places), pictures=pictures.get(row["_id"])) for row in closed),
        waiting=tuple(OpenCase(**_named(row, places)) for row in waiting),
    )


async def _closed(database: Database, community: str) -> tuple[list[Document], dict[str, Pictures]]:
    """The cases that were closed last, and the pictures of some of them."""
    query = {"community": community, "state.status": {"$in": CLOSED}}
    closed = await _rows(database, "cases", query, ("closed_at", DESCENDING), SHOWN_CASES, hint="by_closed_at")
    return closed, await _pictures(database, community, [row["_id"] for row in closed])


async def _waiting(database: Database, community: str) -> list[Document]:
    """The open cases that are due first, and after them those without a date."""
    still = {"community": community, "state.status": {"$in": OPEN}}
    dated = {**still, "state.due_at": {"$ne": None}}
    waiting = await _rows(database, "cases", dated, ("due_at", ASCENDING), SHOWN_CASES, hint="by_due_at")
    if len(waiting) < SHOWN_CASES:
        undated, left = {**still, "state.due_at": None}, SHOWN_CASES - len(waiting)
        waiting += await _rows(database, "cases", undated, ("reported_at", ASCENDING), left)
    return waiting


async def _pictures(database: Database, community: str, cases: Sequence[str]) -> dict[str, Pictures]:
    """The pictures of the first of `cases` that have some: each has its weight, on a telephone too."""
    shown = {"community": community, "state.case": {"$in": list(cases)}, "state.shown": True}
    found = {row["state"]["case"]: f"{EXHIBITS}/{row['_id']}" for row in await _rows(database, "exhibits", shown)}
    first = [case for case in cases if case in found][:SHOWN_PICTURES]
    return {case: Pictures(before=f"{found[case]}/before.jpg", after=f"{found[case]}/after.jpg") for case in first}


async def _activities(
    database: Database, community: str, now: datetime, places: Places, venues: Mapping[str, Document]
) -> tuple[ComingActivity, ...]:
    ahead = {
        "community": community,
        "state.status": ActivityStatus.SCHEDULED,
        "state.private": {"$ne": True},
        "state.starts_at": {"$gte": now.strftime("%Y-%m-%dT%H:%M")},
    }
    soonest = await _rows(database, "activities", ahead, ("starts_at", ASCENDING), _LOOKED_AT)
    return tuple(
        _coming(row, venues.get(row["state"]["venue"], {}), places)
        for row in first_of_each_series(soonest)[:SHOWN_ACTIVITIES]
    )


def _coming(row: Document, venue: Document, places: Places) -> ComingActivity:
    """An activity with its `venue`, and on what terms people register."""
    state = row["state"]
    details = ActivityDetails.model_validate(state.get("details") or {})
    starts_at = datetime.fromisoformat(state["starts_at"])
    opens, closes = details.terms.opens_hours_before, details.terms.closes_hours_before
    return ComingActivity(
        **{
            "title_en": None,
            **state,
            "id": row["_id"],
            "page": f"{CALENDAR}/{row['community']}/{row['_id']}",
            "venue_zh": venue.get("zh"),
            "venue_en": venue.get("en"),
            "building": places.get(state.get("building") or venue.get("building") or ""),
            "seats_left": max(0, state["capacity"] - state["taken"]),
            "volunteers_missing": max(0, state["volunteers_needed"] - len(state["volunteers"])),
            "max_age": details.max_age,
            "opens_at": None if opens is None else starts_at - timedelta(hours=opens),
            "closes_at": starts_at - timedelta(hours=closes),
            "changed_at": row.get("at"),
        }
    )


def first_of_each_series(rows: Sequence[Document]) -> list[Document]:
    """The first activity of each series, in order: a class on every weekday would leave no room for anything else."""
    firsts: dict[str, Document] = {}
    for row in rows:
        firsts.setdefault(row["state"].get("series") or row["_id"], row)
    return list(firsts.values())


async def _volunteering(database: Database, community: str) -> Volunteering:
    mine = {"community": community}
    gave = {"$cond": [{"$gt": ["$state.minutes", 0]}, 1, 0]}
    sums = {"_id": None, "minutes": {"$sum": "$state.minutes"}, "people": {"$sum": gave}}
    given, volunteers, teams, team_count = await asyncio.gather(
        _grouped(database, "accounts", mine, {"$group": sums}),
        database[COPIES["volunteers"]].count_documents({**mine, "gone": {"$ne": True}}),
        _rows(database, "teams", mine, ("members", DESCENDING), SHOWN_TEAMS),
        database[COPIES["teams"]].count_documents({**mine, "state": {"$exists": True}}),
    )
    return Volunteering(
        minutes=_minutes(given[0]) if given else 0,
        volunteers=volunteers,
        team_count=team_count,
        teams=tuple(Team(**{"title_en": None, **row["state"], "id": row["_id"]}) for row in teams),
    )


def _minutes(given: Document) -> int | None:
    """The minutes that were given, unless so few people gave them that they would be known by it."""
    return None if 0 < given["people"] < FEWEST else given["minutes"]


async def _wishes(database: Database, community: str) -> tuple[tuple[Wish, ...], int]:
    """The wishes that are shown, and how many there are."""
    shown = {"community": community, "state.status": {"$in": list(WishStatus)}}
    rows, count = await asyncio.gather(
        _rows(database, "wishes", shown, ("supporters", DESCENDING), SHOWN_WISHES),
        database[COPIES["wishes"]].count_documents({**shown, "state": {"$exists": True}}),
    )
    return tuple(Wish(**{"answer": None, **row["state"], "id": row["_id"]}) for row in rows), count


async def _rows(
    database: Database,
    copy: str,
    query: Document,
    sort: tuple[str, int] | None = None,
    limit: int = 0,
    *,
    hint: str | None = None,
) -> list[Document]:
    """The copies that match `query`; `hint` names the index in whose order they stand, so that no more of them are
    read."""
    found = database[COPIES[copy]].find({**query, "state": {"$exists": True}}, hint=hint)
    if sort is not None:
        found = found.sort([(f"state.{sort[0]}", sort[1]), ("_id", sort[1])])
    return await found.limit(limit).to_list(None)


async def _grouped(database: Database, copy: str, query: Document, *stages: Document) -> list[Document]:
    matching = {"$match": {**query, "state": {"$exists": True}}}
    return await database[COPIES[copy]].aggregate([matching, *stages]).to_list(None)


async def _counted_cases(database: Database, query: Document, group: Document) -> list[Document]:
    """Cases counted by an index alone. `query` names their states, so that what was erased is not among them."""
    stages: list[Document] = [{"$match": query}, {"$group": group}]
    return await database[COPIES["cases"]].aggregate(stages, hint=COUNTED).to_list(None)


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
