"""How series are kept, and which of them are due to name more dates."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Kind, newest_first
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.chassis.values import local_date
from services.contracts.activities import SeriesState, SeriesStatus
from services.contracts.topics import ACTIVITIES
from services.events.pictures.shown import SHOWING, SHOWING_LATER
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
        SHOWING,
        SHOWING_LATER,
    ],
}


def organised_by(person: str) -> dict[str, Any]:
    """The query for series that `person` organises or teaches."""
    return {"$or": [{"state.organiser": person}, {"state.instructors": person}]}


def known_series(community: str, by: Principal | None) -> dict[str, Any]:
    """The query for the series of `community` whose dates to come are not private, or of which `by` may know."""
    query: dict[str, Any] = {"state.community": community}
    if by is not None and by.has(community, Role.STAFF):
        return query
    openly: dict[str, Any] = {"state.withheld": {"$ne": True}}
    if by is None or community not in by.communities:
        return query | openly
    return query | {"$or": [openly, *organised_by(by.sub)["$or"]]}


def to_expand(now: datetime) -> dict[str, Any]:
    """The query for series whose named dates don't reach far enough any more. Dates are kept as ISO text."""
    reach = local_date(now) + HORIZON - STEP
    return {"state.status": SeriesStatus.RUNNING.value, "state.expanded_until": {"$lte": reach.isoformat()}}


def naming_until(community: str, until: date) -> dict[str, Any]:
    """The query for series of `community`, not private, that go on and whose dates before `until` aren't all named."""
    going_on = {"state.status": SeriesStatus.RUNNING.value, "state.expanded_until": {"$lt": until.isoformat()}}
    return known_series(community, None) | going_on
