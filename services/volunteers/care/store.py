"""The kind, indexes and queries of care plans."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import IndexModel
from services.chassis.values import local_date
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import CarePlanState, CarePlanStatus
from services.volunteers.care import readings
from services.volunteers.care.domain.plans import SIGHT, CarePlan
from services.volunteers.shared.queries import found_by, listed_by

CARE_PLAN = Kind(
    name="care-plan",
    collection="care_plans",
    model=CarePlan,
    topic=VOLUNTEERS,
    state=CarePlanState,
    zh="关爱计划",
    en="care plan",
)
KINDS = (CARE_PLAN,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    CARE_PLAN.collection: [
        listed_by("community"),
        listed_by("community", "status"),
        found_by("elder"),
        found_by("refused"),
        found_by("family"),
        found_by("status", "raised_until"),
    ],
    readings.COLLECTION: readings.INDEXES,
}


def to_raise(now: datetime) -> dict[str, Any]:
    """The query for open care plans that have visits within `SIGHT` still to raise. Days are stored as
    ISO 8601 text.
    """
    reach = (local_date(now) + SIGHT).isoformat()
    return {"state.status": CarePlanStatus.OPEN.value, "state.raised_until": {"$lt": reach}}
