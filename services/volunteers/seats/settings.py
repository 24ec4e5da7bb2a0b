"""The setting of seats: how long an offer can be answered."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class SeatsSettings(ServiceSettings):
    """How long an offer of a seat can be answered."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    offer_hours: float = Field(default=24.0, gt=0, le=24 * 14)
    """An offer can be answered for so many hours, and never after the start of the need."""

    @property
    def offer_stands(self) -> timedelta:
        """How long an offer can be answered."""
        return timedelta(hours=self.offer_hours)
