"""The kind of activities, and a query with its index for every way in which they are looked for."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Kind, Page
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.chassis.store.unavailable import store_errors
from services.chassis.values import ZONE
from services.contracts.activities import ActivityKind, ActivityState, ActivityStatus
from services.contracts.topics import ACTIVITIES
from services.events.activities.domain.activity import MAX_DURATION, Activity
from services.events.activities.domain.ending import COMPLETED_AFTER
from services.events.pictures.shown import SHOWING

ACTIVITY = Kind(
    name="activity",
    collection="activities",
    model=Activity,
    topic=ACTIVITIES,
    state=ActivityState,
    zh="活动",
    en="activity",
)
KINDS: tuple[Kind[Any], ...] = (ACTIVITY,)

BY_START = "state.starts_at"


def _by_start(*fields: str) -> IndexModel:
    return IndexModel([*((f"state.{field}", ASCENDING) for field in fields), (BY_START, ASCENDING), ("_id", ASCENDING)])


INDEXES: Mapping[str, Sequence[IndexModel]] = {
    ACTIVITY.collection: [
        _by_start("community"),
        _by_start("community", "kind"),
        _by_start("community", "status"),
        _by_start("series"),
        _by_start("community", "venue"),
        _by_start("community", "details.host"),
        IndexModel([("state.people", ASCENDING), (BY_START, DESCENDING), ("_id", DESCENDING)]),
        IndexModel(
            [("state.ends_at", ASCENDING)],
            name="to-complete",
            partialFilterExpression={"state.status": ActivityStatus.SCHEDULED.value},
        ),
        IndexModel(
            [("state.answer_due", ASCENDING)],
            name="answers",
            partialFilterExpression={"state.answer_due": {"$type": "date"}},
        ),
        IndexModel(
            [("state.desk_due", ASCENDING)],
            name="desk",
            partialFilterExpression={"state.desk_due": {"$type": "date"}},
        ),
        IndexModel(
            [("state.staffing_due", ASCENDING)],
            name="staffing",
            partialFilterExpression={"state.staffing_due": {"$type": "date"}},
        ),
        IndexModel(
            [("state.reminder_due", ASCENDING)],
            name="reminders",
            partialFilterExpression={"state.reminder_due": {"$type": "date"}},
        ),
        SHOWING,
    ],
}


def in_calendar(
    community: str,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: ActivityKind | None = None,
    status: ActivityStatus | None = None,
    series: str | None = None,
    venue: str | None = None,
    host: str | None = None,
    age: int | None = None,
) -> dict[str, Any]:
    """The query for activities of `community` that start in [since, until); with `age`, for people of that age."""
    query: dict[str, Any] = {"state.community": community}
    starts = {"$gte": since, "$lt": until}
    given = {operator: moment for operator, moment in starts.items() if moment is not None}
    if given:
        query[BY_START] = given
    if age is not None:
        youngest, oldest = ({"state.min_age": None}, {"state.details.max_age": None})
        query["$and"] = [
            {"$or": [youngest, {"state.min_age": {"$lte": age}}]},
            {"$or": [oldest, {"state.details.max_age": {"$gte": age}}]},
        ]
    named = {"kind": kind, "status": status, "series": series, "venue": venue, "details.host": host}
    for name, value in named.items():
        if value is not None:
            query[f"state.{name}"] = str(value)
    return query


def known_privately(community: str, by: Principal | None) -> dict[str, Any]:
    """The part of a query that leaves out private activities of `community` of which `by` may not know what they are,
    as `Activity.hides_from` decides."""
    if by is not None and community in by.communities:
        if by.has(community, Role.STAFF):
            return {}
        return {"$or": [openly(), with_person(by.sub)]}
    return openly()


def openly() -> dict[str, Any]:
    """The part of a query that leaves what is not private. Activities of old say nothing of it."""
    return {"state.private": {"$ne": True}}


def on_day(day: date, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """The part of a query that leaves what takes place on `day` on the community's calendar, and starts in
    [since, until). What lasts several days takes place on each of them; none lasts longer than an activity may."""
    begins = datetime.combine(day, time.min, ZONE).astimezone(UTC)
    earliest, latest = begins - MAX_DURATION, begins + timedelta(days=1)
    starts = {
        "$gte": earliest if since is None else max(earliest, since),
        "$lt": latest if until is None else min(latest, until),
    }
    return {BY_START: starts, "state.ends_at": {"$gt": begins}}


def with_free(heads: int | None) -> dict[str, Any]:
    """The part of a query that leaves activities in which `heads` find a seat; all of them where it is None."""
    if heads is None:
        return {}
    seated = _heads("$state.seated", {"$not": ["$$party.guest"]})
    held = _heads("$state.waiting", {"$ne": [{"$ifNull": ["$$party.offered_until", None]}, None]})
    guests = _heads("$state.seated", {"$and": ["$$party.guest", {"$not": [{"$in": ["$$party.person", _GONE]}]}]})
    left = {"$subtract": ["$state.capacity", {"$add": [seated, held, _WALKED_IN, guests]}]}
    return {"state.status": ActivityStatus.SCHEDULED.value, "$expr": {"$gte": [left, heads]}}


_WALKED_IN = {
    "$sum": {
        "$map": {
            "input": {"$filter": {"input": "$state.presences", "as": "each", "cond": {"$not": ["$$each.left_at"]}}},
            "as": "each",
            "in": {"$ifNull": ["$$each.beyond", {"$cond": ["$$each.walk_in", "$$each.heads", 0]}]},
        }
    }
}
"""How many heads are there without a seat, as `Activity.walked_in` counts them."""
_GONE = {
    "$map": {
        "input": {
            "$filter": {
                "input": "$state.presences",
                "as": "each",
                "cond": {"$and": [{"$not": ["$$each.as_volunteer"]}, {"$or": ["$$each.walk_in", "$$each.left_at"]}]},
            }
        },
        "as": "each",
        "in": "$$each.person",
    }
}
"""Who is counted as no guest any more, as `Activity.guests` has it: they have left, or are counted as walked in."""


def _heads(parties: str, which: dict[str, Any]) -> dict[str, Any]:
    """How many heads those `parties` have for which `which` holds."""
    some = {"$filter": {"input": parties, "as": "party", "cond": which}}
    return {"$sum": {"$map": {"input": some, "as": "party", "in": "$$party.heads"}}}


def with_person(person: str) -> dict[str, Any]:
    """The query for activities that hold something of `person`."""
    return {"state.people": person}


def ahead_in(series: str, after: datetime) -> dict[str, Any]:
    """The query for activities of `series` that start after `after` and stand."""
    return {**dates_after(series, after), "state.status": ActivityStatus.SCHEDULED.value}


def cancelled_ahead(series: Sequence[str], after: datetime) -> dict[str, Any]:
    """The query for dates of these `series` after `after` that were cancelled."""
    status = ActivityStatus.CANCELLED.value
    return {"state.series": {"$in": list(series)}, BY_START: {"$gt": after}, "state.status": status}


def dates_after(series: str, after: datetime) -> dict[str, Any]:
    """The query for activities of `series` that start after `after`, those that were cancelled too."""
    return {"state.series": series, BY_START: {"$gt": after}}


def to_complete(now: datetime) -> dict[str, Any]:
    """The query for activities that ended a while ago and that nobody completed."""
    return {"state.status": ActivityStatus.SCHEDULED.value, "state.ends_at": {"$lte": now - COMPLETED_AFTER}}


def answers_overdue(now: datetime) -> dict[str, Any]:
    """The query for activities in which a party was asked or offered something and did not answer in time."""
    return {"state.answer_due": {"$type": "date", "$lte": now}}


def desk_to_ask(now: datetime) -> dict[str, Any]:
    """The query for activities of which the desk is to be told whom nobody else can ask."""
    return {"state.desk_due": {"$type": "date", "$lte": now}}


def short_staffed(now: datetime) -> dict[str, Any]:
    """The query for activities for which something is due because helpers are missing."""
    return {"state.staffing_due": {"$type": "date", "$lte": now}}


def reminders_due(now: datetime) -> dict[str, Any]:
    """The query for activities of which people are to be reminded."""
    return {"state.reminder_due": {"$type": "date", "$lte": now}}


async def without_replaced(
    activities: Aggregates[Activity], found: Page[Activity], within: Mapping[str, Any]
) -> Page[Activity]:
    """`found` without the cancelled dates of series that take place after all, as another activity that the query
    `within` finds too: a list tells of each date once, by the activity that stands."""
    off = [each.aggregate for each in found.items if _is_cancelled_date(each.aggregate)]
    if not off:
        return found
    stands = {
        "state.series": {"$in": sorted({str(each.series) for each in off})},
        "state.occurrence": {"$in": sorted({str(each.occurrence) for each in off})},
        "state.status": {"$ne": ActivityStatus.CANCELLED.value},
    }
    with store_errors():
        living = await activities.collection.find(
            {**within, **stands}, {"state.series": 1, "state.occurrence": 1}
        ).to_list(None)
    dates = {(each["state"]["series"], str(each["state"]["occurrence"])) for each in living}
    items = [
        stored
        for stored in found.items
        if not _is_cancelled_date(stored.aggregate)
        or (stored.aggregate.series, str(stored.aggregate.occurrence)) not in dates
    ]
    return Page(items, found.next)


def _is_cancelled_date(activity: Activity) -> bool:
    return activity.status is ActivityStatus.CANCELLED and activity.occurrence is not None
