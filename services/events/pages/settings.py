"""The setting of pages: the desk where people register, and its telephone."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.events.names.words import Name


class ServiceDesk(BaseModel):
    """The committee's desk: where it is, in both languages, its telephone, and the name of the community."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    community_zh: str = Field(max_length=100)
    community_en: str = Field(max_length=100)
    zh: str = Field(max_length=200)
    en: str = Field(max_length=200)
    phone: str | None = Field(default=None, pattern=r"^\+?[0-9][0-9 -]{4,20}$")


class PagesSettings(ServiceSettings):
    """The desks that the pages name."""

    model_config = SettingsConfigDict(env_prefix="EVENTS_")

    desks: Mapping[str, ServiceDesk] = {
        "yangguang": ServiceDesk(
            community_zh="阳光社区",
            community_en="Sunshine Community",
            zh="阳光社区居委会服务大厅",
            en="Service hall of the residents' committee",
        )
    }
    """The desks where people register at the counter or by telephone, by community, as JSON."""

    @property
    def communities(self) -> Mapping[str, Name]:
        """What people call the communities."""
        return {code: Name(zh=desk.community_zh, en=desk.community_en) for code, desk in self.desks.items()}
