"""Settings of matching: how often all open needs are looked at, and when nobody is asked."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.volunteers.matching.quiet import QuietHours
from services.volunteers.shared.values import TimeOfDay, minute_of_day


class MatchingSettings(ServiceSettings):
    """The settings of staffing needs."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    staffing_seconds: float = Field(default=15.0, gt=0, le=3600)
    """Everything open is looked at again after this time, also where nothing has happened."""

    quiet_from: TimeOfDay = "22:00"
    """Nobody is asked from this time of day on, but for what begins within twelve hours …"""
    quiet_until: TimeOfDay = "07:00"
    """… until this time. Where the two are the same, no hour is quiet."""

    @property
    def quiet_hours(self) -> QuietHours:
        """When nobody is asked."""
        return QuietHours(minute_of_day(self.quiet_from), minute_of_day(self.quiet_until))

    @property
    def staffing_every(self) -> timedelta:
        """The time between two looks at all open needs."""
        return timedelta(seconds=self.staffing_seconds)
