"""A series as anybody may see it. It names no person."""

from datetime import date, datetime

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityKind, SeriesStatus
from services.events.series.domain.series import Series


class SeriesView(BaseModel):
    """A series as anybody may see it."""

    id: str
    community: str
    version: int
    title: str
    title_en: str | None
    kind: ActivityKind
    rule: str
    first: datetime
    minutes: int
    venue: str
    building: str | None
    capacity: int
    volunteers_needed: int
    skill: str | None
    min_age: int | None
    guardian_required: bool
    status: SeriesStatus
    skipped: tuple[date, ...]
    expanded_until: date

    @classmethod
    def of(cls, stored: Stored[Series]) -> "SeriesView":
        shared = cls.model_fields.keys() - {"version"}
        return cls(version=stored.version, **{name: getattr(stored.aggregate, name) for name in shared})
