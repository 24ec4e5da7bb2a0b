"""An activity as anybody may see it. It names no person."""

from datetime import date, datetime
from typing import Any, TypedDict

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityDetails, ActivityKind, ActivityStatus, HelperSeats
from services.events.activities.domain.activity import Activity


class ActivityNames(BaseModel):
    """The words for the codes and ids of an activity, in the caller's language; null where there are none."""

    kind: str
    status: str
    venue: str | None
    building: str | None = Field(description="The building that it names, or in which its venue stands.")
    host: str | None = Field(description="The team or unit that holds it, or what the activity calls its host.")


class CommandView(BaseModel):
    """A command that the caller may give to the activity now: `command` is the end of its address."""

    command: str
    title: str = Field(description="What people call it, in the caller's language.")


class ShownToCaller(TypedDict):
    """The parts of a view that depend on the caller and the language."""

    names: ActivityNames
    can: list[CommandView]


class ActivityView(BaseModel):
    """An activity as anybody may see it. Seats are counted in heads.

    `can`: the commands that the caller may give now. What is not among them is refused, but for checking oneself in and
    out: that is tried with the code at the venue.
    Of a private activity, callers who may not know what it is read in lists that its time and place are taken.
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
    helpers: tuple[HelperSeats, ...]
    min_age: int | None
    guardian_required: bool
    details: ActivityDetails
    private: bool = Field(description="Whether others learn only that its time and place are taken, as busy.")
    all_day: bool
    stopped: bool
    previous_starts: tuple[datetime, ...]
    status: ActivityStatus
    reason: str | None = Field(description="Why it was cancelled or broken off.")
    series: str | None
    occurrence: date | None
    names: ActivityNames
    can: list[CommandView]


def public_fields(stored: Stored[Activity]) -> dict[str, Any]:
    """The values of the fields of an ActivityView that are the same for everybody."""
    activity = stored.aggregate
    takes_place = activity.status is not ActivityStatus.CANCELLED
    counted = {
        "version": stored.version,
        "free": activity.free if takes_place else 0,
        "waiting": activity.waiting_heads if takes_place else 0,
        "volunteers_found": len(activity.volunteers),
    }
    shared = ActivityView.model_fields.keys() - counted.keys() - ShownToCaller.__annotations__.keys()
    return {**counted, **{name: getattr(activity, name) for name in shared}}
