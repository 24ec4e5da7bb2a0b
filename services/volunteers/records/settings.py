"""The setting of certificates: how long they are posted before they are issued."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class RecordsSettings(ServiceSettings):
    """The setting of certificates: the time of posting."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    certificate_notice_days: float = Field(default=7.0, ge=0, le=365)
    """Days for which a certificate is posted inside the committee, so that people can object."""

    @property
    def certificate_notice(self) -> timedelta:
        """The time for which a certificate is posted."""
        return timedelta(days=self.certificate_notice_days)
