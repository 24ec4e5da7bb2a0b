"""How series are kept, and which of them are due to name more dates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Kind, newest_first
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.chassis.values import local_date
from services.contracts.activities import SeriesState, SeriesStatus
from services.contracts.topics import ACTIVITIES
from services.events.series.domain.series import HORIZON, STEP, Series

SERIES = Kind(
    name="series", collection="series", model=Series, topic=ACTIVITIES, state=SeriesState, zh="系列活动", en="series"
)
KINDS: tuple[Kind[Any], ...] = (SERIES,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    SERIES.collection: [
        IndexModel(newest_first("state.community")),
        IndexModel([("state.status", ASCENDING), ("state.expanded_until", ASCENDING)]),
        IndexModel([("state.organiser", ASCENDING)]),
        IndexModel([("state.instructors", ASCENDING)]),
    ],
}


def organised_by(person: str) -> dict[str, Any]:
    """The query for series that `person` organises or teaches."""
    return {"$or": [{"state.organiser": person}, {"state.instructors": person}]}


def to_expand(now: datetime) -> dict[str, Any]:
    """The query for series whose named dates don't reach far enough any more. Dates are kept as ISO text."""
    reach = local_date(now) + HORIZON - STEP
    return {"state.status": SeriesStatus.RUNNING.value, "state.expanded_until": {"$lte": reach.isoformat()}}
