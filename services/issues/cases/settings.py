"""Settings of issues about time: when people work, and when a deadline is warned of."""

from datetime import date, time
from typing import Annotated

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.domain.working_time import NeverOpen, WorkingTime


class ClockSettings(ServiceSettings):
    """What a deployment decides about its working time."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    office_hours: str = "08:30-12:00,14:00-17:30"
    """Of a working day in Asia/Shanghai, in order."""
    holidays: Annotated[tuple[date, ...], NoDecode] = ()
    """Days off beside the public holidays, as 2027-01-01, separated by commas."""
    workdays: Annotated[tuple[date, ...], NoDecode] = ()
    """Days on which people work although the calendar says otherwise (调休)."""
    warn_share: float = Field(default=0.8, gt=0, lt=1)
    """The part of a phase's time after which its deadline is warned of."""

    @property
    def clocks(self) -> Clocks:
        """The clocks that these settings describe."""
        time = WorkingTime(_hours(self.office_hours), frozenset(self.holidays), frozenset(self.workdays))
        return Clocks(time, self.warn_share)

    @field_validator("holidays", "workdays", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("office_hours")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            WorkingTime(_hours(value))
        except (NeverOpen, ValueError):
            raise ValueError("must be like 08:30-12:00,14:00-17:30, in order and without overlap") from None
        return value

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "ClockSettings":
        if set(self.holidays) & set(self.workdays):
            raise ValueError("ISSUES_HOLIDAYS and ISSUES_WORKDAYS name the same day")
        return self


def _hours(text: str) -> tuple[tuple[time, time], ...]:
    spans = (span.split("-") for span in text.split(","))
    return tuple((time.fromisoformat(start.strip()), time.fromisoformat(end.strip())) for start, end in spans)
