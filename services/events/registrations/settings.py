"""Settings about people who registered and did not come."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class RegistrationSettings(ServiceSettings):
    """The settings of the no-show policy."""

    model_config = SettingsConfigDict(env_prefix="EVENTS_")

    missed_allowed: int = Field(default=3, ge=0, le=100)
    """Somebody who was missed this often within `missed_days` gets no seat until a day before the start. 0 switches the
    policy off."""
    missed_days: float = Field(default=90.0, gt=0, le=730)

    @property
    def missed_within(self) -> timedelta:
        """The time for which a missed activity counts against a person."""
        return timedelta(days=self.missed_days)
