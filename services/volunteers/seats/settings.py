"""What a deployment decides about seats: how long one is held for an answer."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class SeatsSettings(ServiceSettings):
    """How long a seat waits for an answer."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    offer_hours: float = Field(default=24.0, gt=0, le=24 * 14)
    """A seat is held for so long for an answer; never beyond its start."""

    @property
    def offer_stands(self) -> timedelta:
        """How long a seat is held for an answer."""
        return timedelta(hours=self.offer_hours)
