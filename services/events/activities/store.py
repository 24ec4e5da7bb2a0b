"""How activities are kept: a query with its index for every way in which they are looked for."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.chassis.values import ZONE
from services.contracts.activities import ActivityKind, ActivityState, ActivityStatus
from services.contracts.topics import ACTIVITIES
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.ending import COMPLETED_AFTER

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
            [("state.staffing_due", ASCENDING)],
            name="staffing",
            partialFilterExpression={"state.staffing_due": {"$type": "date"}},
        ),
        IndexModel(
            [("state.reminder_due", ASCENDING)],
            name="reminders",
            partialFilterExpression={"state.reminder_due": {"$type": "date"}},
        ),
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


def on_day(day: date, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """The bounds of `day` on the community's calendar, or narrower ones where `since` and `until` are."""
    begins = datetime.combine(day, time.min, ZONE).astimezone(UTC)
    ends = begins + timedelta(days=1)
    return (begins if since is None else max(begins, since), ends if until is None else min(ends, until))


def with_free(heads: int | None) -> dict[str, Any]:
    """The part of a query that leaves activities in which `heads` find a seat; all of them where it is None."""
    if heads is None:
        return {}
    seated = _heads("$state.seated", {"$not": ["$$party.guest"]})
    held = _heads("$state.waiting", {"$ne": [{"$ifNull": ["$$party.offered_until", None]}, None]})
    left = {"$subtract": ["$state.capacity", {"$add": [seated, held]}]}
    return {"state.status": ActivityStatus.SCHEDULED.value, "$expr": {"$gte": [left, heads]}}


def _heads(parties: str, which: dict[str, Any]) -> dict[str, Any]:
    """How many heads those `parties` have for which `which` holds."""
    some = {"$filter": {"input": parties, "as": "party", "cond": which}}
    return {"$sum": {"$map": {"input": some, "as": "party", "in": "$$party.heads"}}}


def with_person(person: str) -> dict[str, Any]:
    """The query for activities that hold something of `person`."""
    return {"state.people": person}


def ahead_in(series: str, after: datetime) -> dict[str, Any]:
    """The query for activities of `series` that start after `after` and stand."""
    return {"state.series": series, BY_START: {"$gt": after}, "state.status": ActivityStatus.SCHEDULED.value}


def to_complete(now: datetime) -> dict[str, Any]:
    """The query for activities that ended a while ago and that nobody completed."""
    return {"state.status": ActivityStatus.SCHEDULED.value, "state.ends_at": {"$lte": now - COMPLETED_AFTER}}


def answers_overdue(now: datetime) -> dict[str, Any]:
    """The query for activities in which a party was asked or offered something and did not answer in time."""
    return {"state.answer_due": {"$type": "date", "$lte": now}}


def short_staffed(now: datetime) -> dict[str, Any]:
    """The query for activities for which something is due because helpers are missing."""
    return {"state.staffing_due": {"$type": "date", "$lte": now}}


def reminders_due(now: datetime) -> dict[str, Any]:
    """The query for activities of which people are to be reminded."""
    return {"state.reminder_due": {"$type": "date", "$lte": now}}
