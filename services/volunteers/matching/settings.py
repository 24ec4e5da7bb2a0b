"""What a deployment decides about matching: how often everything open is looked at."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class MatchingSettings(ServiceSettings):
    """How often needs are staffed."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    staffing_seconds: float = Field(default=15.0, gt=0, le=3600)
    """Everything open is looked at again after this time, also where nothing has happened."""

    @property
    def staffing_every(self) -> timedelta:
        """How long to wait until everything open is looked at again."""
        return timedelta(seconds=self.staffing_seconds)
