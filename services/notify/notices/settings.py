"""What a deployment decides about notices."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class NoticeSettings(ServiceSettings):
    """When people are reminded."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_")

    reminder_hours: float = Field(default=24, ge=0, le=24 * 30)
    """How long before its start people are reminded of an activity."""

    @property
    def lead(self) -> timedelta:
        """How long before its start people are reminded of an activity."""
        return timedelta(hours=self.reminder_hours)
