"""Settings of issues about cases: when people work, who makes a case urgent, and how long what it holds is kept."""

import re
from datetime import date, time, timedelta
from typing import Annotated

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.issues.cases.domain.affected import RAISED_AT
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.domain.escalation import USUAL, Levels, require_rising
from services.issues.cases.domain.number import PREFIX_PATTERN
from services.issues.cases.domain.verdict import VERDICT_WITHIN
from services.issues.catalogue.domain.working_time import NeverOpen, WorkingTime

_VERDICT_DAYS = VERDICT_WITHIN.days


class CaseSettings(ServiceSettings):
    """The decisions of a deployment about cases."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    office_hours: str = "08:30-12:00,14:00-17:30"
    """Of a working day in Asia/Shanghai, in order."""
    holidays: Annotated[tuple[date, ...], NoDecode] = ()
    """Days off beside the public holidays, as 2027-01-01, separated by commas."""
    workdays: Annotated[tuple[date, ...], NoDecode] = ()
    """Days on which people work although the calendar says otherwise (调休)."""
    warn_share: float = Field(default=0.8, gt=0, lt=1)
    """The part of a phase's time after which its deadline is warned of."""

    escalation_levels: Levels = USUAL
    """The levels to which cases go up that are late, by community (`*`: all others), as JSON. A level's share is that
    of a phase's time after which it is answerable; the first is 1, the deadline."""
    number_prefixes: Annotated[dict[str, str], NoDecode] = Field(default_factory=dict)
    """What the numbers of a community's cases begin with, as `sunshine:YG`; of others, the initials of their id."""
    raised_at: Annotated[tuple[int, ...], NoDecode] = RAISED_AT
    """From how many people on a case is one step more urgent, from how many on another one: 5,20,100."""
    contact_days: int = Field(default=365, ge=1, le=36_500)
    """A reporter's contact is destroyed so long after its case ended."""
    minor_contact_days: int = Field(default=90, ge=1, le=36_500)
    """The same where the reporter is under fourteen."""
    words_days: int = Field(default=0, ge=0, le=36_500)
    """A resident's words and pictures go so long after their case ended, at least when it can't be reopened any more;
    0 keeps them."""

    @property
    def clocks(self) -> Clocks:
        """The clocks that these settings describe."""
        time = WorkingTime(_hours(self.office_hours), frozenset(self.holidays), frozenset(self.workdays))
        return Clocks(time, self.warn_share)

    def contact_kept(self, minor: bool) -> timedelta:
        """The time for which a contact is kept after its case is closed."""
        return timedelta(days=self.minor_contact_days if minor else self.contact_days)

    @field_validator("escalation_levels")
    @classmethod
    def _levels_rise(cls, value: Levels) -> Levels:
        require_rising(value)
        return value

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

    @field_validator("number_prefixes", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.strip().split(":") for part in value.split(",") if part.strip()]
        if any(len(pair) != 2 for pair in pairs):
            raise ValueError("must be like sunshine:YG,garden:HY")
        return {community.strip(): prefix.strip() for community, prefix in pairs}

    @field_validator("number_prefixes")
    @classmethod
    def _speakable(cls, value: dict[str, str]) -> dict[str, str]:
        if any(not re.fullmatch(PREFIX_PATTERN, prefix) for prefix in value.values()):
            raise ValueError("must name prefixes of one to six capital letters, like sunshine:YG")
        if len(set(value.values())) < len(value):
            raise ValueError("must name another prefix for each community")
        return value

    @field_validator("raised_at", mode="before")
    @classmethod
    def _numbers(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("raised_at")
    @classmethod
    def _rising(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) > 10 or any(each < 2 for each in value) or list(value) != sorted(set(value)):
            raise ValueError("must be numbers from 2 on that rise, like 5,20,100")
        return value

    @field_validator("words_days")
    @classmethod
    def _after_the_verdict(cls, value: int) -> int:
        if 0 < value <= _VERDICT_DAYS:
            raise ValueError(f"must be 0 or more than {_VERDICT_DAYS}: so long a case may be reopened")
        return value

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "CaseSettings":
        if set(self.holidays) & set(self.workdays):
            raise ValueError("ISSUES_HOLIDAYS and ISSUES_WORKDAYS name the same day")
        return self


def _hours(text: str) -> tuple[tuple[time, time], ...]:
    spans = (span.split("-") for span in text.split(","))
    return tuple((time.fromisoformat(start.strip()), time.fromisoformat(end.strip())) for start, end in spans)
