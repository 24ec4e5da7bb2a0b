"""The kind, collections and indexes of plans and their pairs, and queries that read needs and volunteers for planning
as plain documents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.chassis.store.unavailable import store_errors
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import PlanState
from services.volunteers.matching.domain import Plan
from services.volunteers.matching.reading import HORIZON, NEED_FIELDS, VOLUNTEER_FIELDS, States
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import to_plan
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import askable

PLAN = Kind(
    name="plan",
    collection="plans",
    model=Plan,
    topic=VOLUNTEERS,
    state=PlanState,
    zh="匹配方案",
    en="plan of matching",
)
KINDS = (PLAN,)
PAIRS = "plan_pairs"

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    PAIRS: [
        IndexModel([("edition", ASCENDING), ("first", ASCENDING)]),
        IndexModel([("community", ASCENDING), ("at", ASCENDING)]),
        IndexModel([("people", ASCENDING)]),
    ],
}

_BATCH = 5_000
_ALWAYS = ("community", "care_plan")


async def open_needs(needs: Aggregates[Need], community: str, now: datetime) -> States:
    """The needs with an open seat that start within the horizon, as the store has them."""
    return await _states(needs, to_plan(community, now, now + HORIZON), (*_ALWAYS, *NEED_FIELDS))


async def need_states(needs: Aggregates[Need], ids: Sequence[str]) -> States:
    """Needs by their ids, as the store has them."""
    return await _states(needs, {"_id": {"$in": list(ids)}}, (*_ALWAYS, *NEED_FIELDS))


async def askable_volunteers(volunteers: Aggregates[Volunteer], community: str) -> States:
    """The volunteers who may be asked, as the store has them."""
    return await _states(volunteers, askable(community), VOLUNTEER_FIELDS)


async def _states(aggregates: Aggregates[Any], query: Mapping[str, Any], fields: Sequence[str]) -> States:
    projection = {f"state.{field}": 1 for field in fields}
    found: dict[str, Any] = {}
    with store_errors():
        cursor = aggregates.collection.find(query, projection, batch_size=_BATCH)
        while batch := await cursor.to_list(_BATCH):
            found.update((document["_id"], document["state"]) for document in batch)
    return found
