"""What a deployment decides about the pages: whom people call, and where they go, to register."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class ServiceDesk(BaseModel):
    """Where the committee's desk is, in both languages, and its telephone; and what people call the community."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    community_zh: str = Field(max_length=100)
    community_en: str = Field(max_length=100)
    zh: str = Field(max_length=200)
    en: str = Field(max_length=200)
    phone: str | None = Field(default=None, pattern=r"^\+?[0-9][0-9 -]{4,20}$")


class PagesSettings(ServiceSettings):
    """Whom the pages send people to."""

    model_config = SettingsConfigDict(env_prefix="EVENTS_")

    desks: Mapping[str, ServiceDesk] = {
        "yangguang": ServiceDesk(
            community_zh="阳光社区",
            community_en="Sunshine Community",
            zh="阳光社区居委会服务大厅",
            en="Service hall of the residents' committee",
        )
    }
    """Where people register at the counter or by telephone, by community, as JSON."""
