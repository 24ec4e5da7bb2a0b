"""The view of a draft for its author and staff."""

from datetime import datetime

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityDetails, ActivityKind, DraftStatus, HelperSeats
from services.events.drafts.domain import Draft


class DraftView(BaseModel):
    """A draft or a template. `activity` is the id of the activity that an approved draft has become."""

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
    author: str
    status: DraftStatus
    reason: str | None
    activity: str | None

    @classmethod
    def of(cls, stored: Stored[Draft]) -> "DraftView":
        shared = cls.model_fields.keys() - {"version"}
        return cls(version=stored.version, **{name: getattr(stored.aggregate, name) for name in shared})
