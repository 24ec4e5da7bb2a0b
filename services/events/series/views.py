"""A series as anybody may see it. It names no person."""

from datetime import date, datetime
from itertools import islice

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.chassis.values import local_date
from services.contracts.activities import ActivityDetails, ActivityKind, Occurrence, Pause, SeriesStatus
from services.events.series.domain.series import Series

_DATES_SHOWN = 60


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
    details: ActivityDetails
    all_day: bool
    status: SeriesStatus
    skipped: tuple[date, ...]
    extra: tuple[datetime, ...]
    pauses: tuple[Pause, ...]
    called_off: bool
    expanded_until: date

    @classmethod
    def of(cls, stored: Stored[Series]) -> "SeriesView":
        shared = cls.model_fields.keys() - {"version"}
        return cls(version=stored.version, **{name: getattr(stored.aggregate, name) for name in shared})


class DatesView(BaseModel):
    """The first dates that a series would have, and the rule as it is kept."""

    rule: str
    dates: tuple[Occurrence, ...]

    @classmethod
    def of(cls, series: Series) -> "DatesView":
        return cls(rule=series.rule, dates=tuple(islice(series.occurrences(local_date(series.first)), _DATES_SHOWN)))
