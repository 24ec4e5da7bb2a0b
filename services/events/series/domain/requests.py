"""What callers send about series."""

from datetime import date

from pydantic import Field

from services.chassis.recurrence import MAX_LENGTH
from services.chassis.values import Request
from services.events.activities.domain.requests import Reason, ScheduleActivity


class StartSeries(ScheduleActivity):
    """An activity that recurs; `starts_at` and `ends_at` are those of the first date."""

    rule: str = Field(
        max_length=MAX_LENGTH, description="RFC 5545 rule in Asia/Shanghai.", examples=["FREQ=MONTHLY;BYDAY=1SA"]
    )


class SkipDate(Request):
    """A date of the series that falls out."""

    on: date
    reason: Reason | None = None


class EndSeries(Request):
    """Whether the dates ahead are cancelled too."""

    cancels: bool = True
