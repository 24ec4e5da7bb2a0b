"""Settings of issues about uploads: how much one person may send, and how long what nothing shows is kept."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.issues.uploads.allowance import Limits


class UploadSettings(ServiceSettings):
    """Settings of photos and attachments."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    loose_upload_days: int = Field(default=7, ge=1, le=365)
    """Photos and attachments that nothing shows go after this time."""
    uploads_per_day: int = Field(default=100, ge=1)
    """How many one person may send in one community."""
    upload_megabytes_per_day: int = Field(default=200, ge=1)
    """How much that may be."""
    worker_uploads_per_day: int = Field(default=3000, ge=1)
    """How many a grid worker, handler, supervisor or staff member may send, who bring whole walks."""

    @property
    def upload_limits(self) -> Limits:
        """The limits of one person's uploads in a day."""
        return Limits(self.uploads_per_day, self.upload_megabytes_per_day, self.worker_uploads_per_day)

    @property
    def loose_uploads_kept(self) -> timedelta:
        """The time for which an upload stays that nothing shows."""
        return timedelta(days=self.loose_upload_days)
