"""The view of a draft for its author and staff."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityDetails, ActivityKind, DraftStatus, HelperSeats
from services.events.activities.views import ActivityNames, CommandView
from services.events.drafts.domain import Draft
from services.events.names.words import Name

STATUSES: Mapping[DraftStatus, Name] = {
    DraftStatus.DRAFT: Name(zh="草稿", en="Draft"),
    DraftStatus.SUBMITTED: Name(zh="待审核", en="Submitted"),
    DraftStatus.APPROVED: Name(zh="已通过", en="Approved"),
    DraftStatus.DROPPED: Name(zh="已作废", en="Dropped"),
    DraftStatus.TEMPLATE: Name(zh="模板", en="Template"),
}


class DraftView(BaseModel):
    """A draft or a template. `activity` is the id of the activity that an approved draft has become. `can`: the
    commands that the caller may give now."""

    id: str
    community: str
    version: int
    title: str
    title_en: str | None
    kind: ActivityKind
    starts_at: datetime | None
    ends_at: datetime | None
    venue: str | None
    building: str | None
    organiser: str
    instructors: tuple[str, ...]
    capacity: int | None
    volunteers_needed: int
    skill: str | None
    helpers: tuple[HelperSeats, ...]
    min_age: int | None
    guardian_required: bool
    details: ActivityDetails
    private: bool
    all_day: bool
    budget_note: str | None
    insurance_number: str | None
    filing_number: str | None
    author: str
    status: DraftStatus
    reason: str | None
    activity: str | None
    names: ActivityNames
    can: list[CommandView]


def own_fields(stored: Stored[Draft]) -> dict[str, Any]:
    """The values of the fields of a DraftView that are the same for everybody who may know of the draft."""
    shared = DraftView.model_fields.keys() - {"version", "names", "can"}
    return {"version": stored.version, **{name: getattr(stored.aggregate, name) for name in shared}}
