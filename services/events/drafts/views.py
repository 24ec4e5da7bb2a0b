"""A draft as its author and staff see it."""

from datetime import datetime

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityDetails, ActivityKind, DraftStatus
from services.events.drafts.domain import Draft


class DraftView(BaseModel):
    """A draft or a template; `activity` is what came of it."""

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
    min_age: int | None
    guardian_required: bool
    details: ActivityDetails
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
