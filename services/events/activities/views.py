"""An activity as anybody may see it. It names no person."""

from datetime import date, datetime
from typing import Any, TypedDict

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityDetails, ActivityKind, ActivityStatus
from services.events.activities.domain.activity import Activity


class ActivityNames(BaseModel):
    """The words for the codes and ids of an activity, in the caller's language; null where there are none."""

    kind: str
    status: str
    venue: str | None
    building: str | None
    host: str | None = Field(description="The team or unit that holds it, or what the activity calls its host.")


class CommandView(BaseModel):
    """A command that the caller may give to the activity now: `command` is the end of its address."""

    command: str
    title: str = Field(description="What people call it, in the caller's language.")


class ShownToCaller(TypedDict):
    """What depends on who asks and in which language."""

    names: ActivityNames
    can: list[CommandView]


class ActivityView(BaseModel):
    """An activity as anybody may see it. Seats are counted in heads.

    `can`: the commands that the caller may give now. What is not among them is refused.
    """

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
    names: ActivityNames
    can: list[CommandView]


def public_fields(stored: Stored[Activity]) -> dict[str, Any]:
    """The values of the fields of an ActivityView that are the same for everybody."""
    activity = stored.aggregate
    counted = {
        "version": stored.version,
        "waiting": activity.waiting_heads,
        "volunteers_found": len(activity.volunteers),
    }
    shared = ActivityView.model_fields.keys() - counted.keys() - ShownToCaller.__annotations__.keys()
    return {**counted, **{name: getattr(activity, name) for name in shared}}
