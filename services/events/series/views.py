"""A series as anybody may see it. It names no person."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.chassis.values import local_date
from services.contracts.activities import ActivityDetails, ActivityKind, HelperSeats, Occurrence, Pause, SeriesStatus
from services.events.activities.views import ActivityNames, CommandView
from services.events.names.words import Name
from services.events.series.domain.series import Series

_DATES_SHOWN = 60
STATUSES: Mapping[SeriesStatus, Name] = {
    SeriesStatus.RUNNING: Name(zh="进行中", en="Running"),
    SeriesStatus.ENDED: Name(zh="已终止", en="Ended"),
}


class SeriesView(BaseModel):
    """A series as anybody may see it. `can`: the commands that the caller may give now."""

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
    helpers: tuple[HelperSeats, ...]
    min_age: int | None
    guardian_required: bool
    details: ActivityDetails
    private: bool
    all_day: bool
    status: SeriesStatus
    skipped: tuple[date, ...]
    extra: tuple[datetime, ...]
    pauses: tuple[Pause, ...]
    kept: tuple[date, ...]
    called_off: bool
    reason: str | None = Field(description="Why it was called off.")
    expanded_until: date
    names: ActivityNames
    can: list[CommandView]


def public_fields(stored: Stored[Series]) -> dict[str, Any]:
    """The values of the fields of a SeriesView that are the same for everybody."""
    shared = SeriesView.model_fields.keys() - {"version", "private", "names", "can"}
    fixed = {"version": stored.version, "private": stored.aggregate.withheld}
    return {**fixed, **{name: getattr(stored.aggregate, name) for name in shared}}


class DatesView(BaseModel):
    """The first dates that a series would have, and the rule as it is kept."""

    rule: str
    dates: tuple[Occurrence, ...]

    @classmethod
    def of(cls, series: Series) -> "DatesView":
        return cls(rule=series.rule, dates=tuple(islice(series.occurrences(local_date(series.first)), _DATES_SHOWN)))


class SeriesDateView(BaseModel):
    """A date of a series that is no activity yet: `activity` is the id that it will have."""

    series: str
    activity: str
    on: date
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    title: str
    title_en: str | None
    kind: ActivityKind
    venue: str
    building: str | None
    capacity: int
    min_age: int | None
    names: ActivityNames
