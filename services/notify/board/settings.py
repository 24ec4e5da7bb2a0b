"""What a deployment decides about the notice board."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class BoardSettings(ServiceSettings):
    """How fresh the board is."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_")

    board_seconds: float = Field(default=5.0, ge=0, le=3600)
    """How old the figures of the notice board may be."""
