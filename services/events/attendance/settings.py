"""Settings of check-in codes: when they exist, and how often they may be tried."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.tries import Limits
from services.events.attendance.domain.codes import CodeTime


class AttendanceSettings(ServiceSettings):
    """When codes exist, and how often they may be tried."""

    model_config = SettingsConfigDict(env_prefix="EVENTS_")

    code_minutes_before: float = Field(default=60.0, ge=0, le=24 * 60)
    """An activity's check-in code exists from so long before its start …"""
    code_minutes_after: float = Field(default=60.0, ge=0, le=24 * 60)
    """… until so long after its end."""
    code_tries_per_person: int = Field(default=5, ge=1, le=1000)
    """So many wrong codes of one person for one activity are taken within `code_tries_minutes`, over all replicas."""
    code_tries_per_activity: int = Field(default=100, ge=1, le=100_000)
    """So many wrong codes of everybody for one activity are taken within that time."""
    code_tries_minutes: float = Field(default=30.0, gt=0, le=24 * 60)

    @property
    def code_time(self) -> CodeTime:
        """When codes exist."""
        return CodeTime(
            before=timedelta(minutes=self.code_minutes_before), after=timedelta(minutes=self.code_minutes_after)
        )

    @property
    def code_limits(self) -> Limits:
        """The limits of wrong codes."""
        return Limits(
            person=self.code_tries_per_person,
            thing=self.code_tries_per_activity,
            within=timedelta(minutes=self.code_tries_minutes),
        )
