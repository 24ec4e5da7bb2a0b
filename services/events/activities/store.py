"""What this service keeps: its kinds of aggregates, and a query with its index for every way they are looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.clock import Clock
from services.chassis.runtime import Runtime
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.aggregates import Aggregates, Kind, newest_first
from services.chassis.store.mongo import ASCENDING, DESCENDING, Collection, IndexModel, is_passing
from services.chassis.store.unavailable import StoreUnavailable
from services.chassis.subscriber.erasure import Erasure, Traces, erasures_on
from services.chassis.values import local_date
from services.contracts.activities import ActivityKind, ActivityState, ActivityStatus, SeriesState, SeriesStatus
from services.contracts.topics import ACTIVITIES
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.scheduling import COMPLETED_AFTER
from services.events.attendance import tries
from services.events.series.domain.series import HORIZON, STEP, Series

ACTIVITY = Kind(name="activity", collection="activities", model=Activity, topic=ACTIVITIES, state=ActivityState)
SERIES = Kind(name="series", collection="series", model=Series, topic=ACTIVITIES, state=SeriesState)
ERASURE: Kind[Erasure] = erasures_on(ACTIVITIES)

KINDS: tuple[Kind[Any], ...] = (ACTIVITY, SERIES, ERASURE)

VOLUNTEERS = "volunteers"
"""The copy of who is a volunteer, and approved."""

BY_START = "state.starts_at"


def _by_start(*fields: str) -> IndexModel:
    return IndexModel([*((f"state.{field}", ASCENDING) for field in fields), (BY_START, ASCENDING), ("_id", ASCENDING)])


INDEXES: Mapping[str, Sequence[IndexModel]] = {
    ACTIVITY.collection: [
        _by_start("community"),
        _by_start("community", "kind"),
        _by_start("community", "status"),
        _by_start("series"),
        IndexModel([("state.people", ASCENDING), (BY_START, DESCENDING), ("_id", DESCENDING)]),
        IndexModel(
            [("state.ends_at", ASCENDING)],
            name="to-complete",
            partialFilterExpression={"state.status": ActivityStatus.SCHEDULED.value},
        ),
    ],
    SERIES.collection: [
        IndexModel(newest_first("state.community")),
        IndexModel([("state.status", ASCENDING), ("state.expanded_until", ASCENDING)]),
        IndexModel([("state.organiser", ASCENDING)]),
    ],
    VOLUNTEERS: [IndexModel([("community", ASCENDING), ("state.person", ASCENDING)])],
    tries.COLLECTION: tries.INDEXES,
}


@dataclass(frozen=True, slots=True)
class Store:
    """The aggregates of this service, what it knows of volunteers, and its clock."""

    activities: Aggregates[Activity]
    series: Aggregates[Series]
    volunteers: Collection
    clock: Clock
    traces: Traces

    @classmethod
    def of(cls, runtime: Runtime[ServiceSettings]) -> "Store":
        """The store in the database of `runtime`."""
        return cls(
            activities=runtime.aggregates(ACTIVITY),
            series=runtime.aggregates(SERIES),
            volunteers=runtime.database[VOLUNTEERS],
            clock=runtime.clock,
            traces=runtime.traces,
        )

    async def is_approved(self, community: str, person: str) -> bool:
        """Whether staff have approved somebody as a volunteer, as far as it has been told here.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        query = {"community": community, "state.person": person, "state.approved": True}
        try:
            return await self.volunteers.find_one(query, {"_id": 1}) is not None
        except Exception as error:
            if is_passing(error):
                raise StoreUnavailable() from error
            raise


def in_calendar(
    community: str,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: ActivityKind | None = None,
    status: ActivityStatus | None = None,
    series: str | None = None,
) -> dict[str, Any]:
    """The query for activities of `community` that start in [since, until)."""
    query: dict[str, Any] = {"state.community": community}
    starts = {"$gte": since, "$lt": until}
    given = {operator: moment for operator, moment in starts.items() if moment is not None}
    if given:
        query[BY_START] = given
    for name, value in (("kind", kind), ("status", status), ("series", series)):
        if value is not None:
            query[f"state.{name}"] = str(value)
    return query


def with_person(person: str) -> dict[str, Any]:
    """The query for activities that hold something of `person`."""
    return {"state.people": person}


def ahead_in(series: str, after: datetime) -> dict[str, Any]:
    """The query for activities of `series` that start after `after` and stand."""
    return {"state.series": series, BY_START: {"$gt": after}, "state.status": ActivityStatus.SCHEDULED.value}


def to_complete(now: datetime) -> dict[str, Any]:
    """The query for activities that ended a while ago and that nobody completed."""
    return {"state.status": ActivityStatus.SCHEDULED.value, "state.ends_at": {"$lte": now - COMPLETED_AFTER}}


def to_expand(now: datetime) -> dict[str, Any]:
    """The query for series whose dates don't reach far enough any more. Dates are kept as ISO text."""
    reach = local_date(now) + HORIZON - STEP
    return {"state.status": SeriesStatus.RUNNING.value, "state.expanded_until": {"$lte": reach.isoformat()}}
