"""What a deployment decides about pictures."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class PictureSettings(ServiceSettings):
    """How many pictures people may send."""

    model_config = SettingsConfigDict(env_prefix="EVENTS_")

    pictures_per_day: int = Field(default=100, ge=1, le=10_000)
    """How many one organiser or staff member may send."""
