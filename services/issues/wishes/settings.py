"""Settings of issues about supporters and wishes."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.issues.cases.domain.affected import RAISED_AT


class SupportSettings(ServiceSettings):
    """What a deployment decides about many people who want the same."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    raised_at: Annotated[tuple[int, ...], NoDecode] = RAISED_AT
    """From how many people on a case is one step more urgent, from how many on another one: 5,20,100."""
    wish_answer_days: int = Field(default=20, ge=1, le=365)
    """Working days that the committee has to answer a wish."""

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
