"""What a deployment decides about the notice board."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class Office(BaseModel):
    """Where residents find the committee: its address in both languages and its telephone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str = Field(max_length=200)
    en: str = Field(max_length=200)
    phone: str | None = Field(default=None, pattern=r"^\+?[0-9][0-9 -]{4,20}$")


class BoardSettings(ServiceSettings):
    """How fresh the board is, and whom it sends people to."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_")

    board_seconds: float = Field(default=5.0, ge=0, le=3600)
    """How old the figures of the notice board may be."""
    offices: Mapping[str, Office] = {
        "yangguang": Office(zh="阳光社区居委会服务大厅", en="Service hall of the residents' committee")
    }
    """Where the committee of a community is found, by community, as JSON."""
