"""An activity as anybody may see it. It names no person."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityDetails, ActivityKind, ActivityStatus
from services.events.activities.domain.activity import Activity


class ActivityView(BaseModel):
    """An activity as anybody may see it. Seats are counted in heads."""

    id: str
    community: str
    version: int
    title: str
    title_en: str | None
    kind: ActivityKind
    starts_at: datetime
    ends_at: datetime
    venue: str
    building: str | None
    capacity: int
    free: int
    waiting: int
    attended: int
    volunteers_needed: int
    volunteers_found: int
    skill: str | None
    min_age: int | None
    guardian_required: bool
    details: ActivityDetails
    all_day: bool
    stopped: bool
    previous_starts: tuple[datetime, ...]
    status: ActivityStatus
    series: str | None
    occurrence: date | None

    @classmethod
    def of(cls, stored: Stored[Activity]) -> "ActivityView":
        return cls(**public_fields(stored))


def public_fields(stored: Stored[Activity]) -> dict[str, Any]:
    """The values of all fields of an ActivityView."""
    activity = stored.aggregate
    counted = {
        "version": stored.version,
        "waiting": activity.waiting_heads,
        "volunteers_found": len(activity.volunteers),
    }
    shared = ActivityView.model_fields.keys() - counted.keys()
    return {**counted, **{name: getattr(activity, name) for name in shared}}
