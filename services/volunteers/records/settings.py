"""What a deployment decides about certificates: how long they are posted before they are issued."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class RecordsSettings(ServiceSettings):
    """How long a certificate is posted."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    certificate_notice_days: float = Field(default=7.0, ge=0, le=365)
    """A certificate is posted inside the committee for so long, for whoever objects."""

    @property
    def certificate_notice(self) -> timedelta:
        """How long a certificate is posted."""
        return timedelta(days=self.certificate_notice_days)
