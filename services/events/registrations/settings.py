"""What a deployment decides about people who registered and did not come."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class RegistrationSettings(ServiceSettings):
    """The no-show policy."""

    model_config = SettingsConfigDict(env_prefix="EVENTS_")

    missed_allowed: int = Field(default=3, ge=0, le=100)
    """Who was missed so often within `missed_days` gets, until a day before the start, no seat; 0: nobody counts."""
    missed_days: float = Field(default=90.0, gt=0, le=730)

    @property
    def missed_within(self) -> timedelta:
        """How long a missed activity is held against somebody."""
        return timedelta(days=self.missed_days)
