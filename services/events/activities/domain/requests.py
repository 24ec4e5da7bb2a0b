"""What callers send about activities. Times carry their zone and are kept in UTC, in whole seconds."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from services.chassis.values import Request
from services.contracts.activities import ActivityKind
from services.contracts.marks import Code, Id
from services.contracts.text import Plain
from services.events.activities.domain.activity import MAX_CAPACITY, MAX_VOLUNTEERS
from services.events.activities.domain.scheduling import Plan


def _of_this_century(moment: datetime) -> datetime:
    if not 2000 <= moment.year <= 2100:
        raise ValueError("年份应在 2000 至 2100 之间 (the year must be from 2000 to 2100)")
    return moment


def _whole_seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


Moment = Annotated[AwareDatetime, AfterValidator(_of_this_century), AfterValidator(_whole_seconds)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Plain]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), Plain]


class ScheduleActivity(Request):
    """An activity to be. Without `organiser` it is the caller's own."""

    community: Id
    title: Line
    title_en: Line | None = None
    kind: ActivityKind
    starts_at: Moment
    ends_at: Moment
    venue: Code
    building: Id | None = None
    organiser: Id | None = None
    capacity: int = Field(ge=1, le=MAX_CAPACITY)
    volunteers_needed: int = Field(default=0, ge=0, le=MAX_VOLUNTEERS)
    skill: Code | None = None
    min_age: int | None = Field(default=None, ge=0, le=120)
    guardian_required: bool = False

    def plan(self, caller: str) -> Plan:
        """The plan that is to be scheduled."""
        fields = self.model_dump(include=set(Plan.model_fields), exclude={"organiser"})
        return Plan(organiser=self.organiser or caller, **fields)


class MoveActivity(Request):
    """Where and when it takes place from now on; what is left out stays."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    venue: Code | None = None
    building: Id | None = Field(default=None, description="Stays with the venue; another venue begins without one.")


class CancelActivity(Request):
    """Why, for everybody to read."""

    reason: Reason | None = None
