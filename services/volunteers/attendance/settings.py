"""What a deployment decides about codes for check-in: when they exist and change, and how often they are tried."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.tries import Limits
from services.volunteers.attendance.domain.codes import CodeTime


class AttendanceSettings(ServiceSettings):
    """When codes exist and change, and how often they may be tried."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    code_minutes_before: float = Field(default=60.0, ge=0, le=24 * 60)
    """A code exists from so long before the start …"""
    code_minutes_after: float = Field(default=120.0, ge=0, le=24 * 60)
    """… until so long after the end. Who has not checked out by then has forgotten it."""
    code_seconds: float = Field(default=60.0, ge=10, le=3600)
    """Each code is shown for so long, and taken for as long again."""
    code_tries_per_person: int = Field(default=5, ge=1, le=1000)
    """So many wrong codes of one person for one need are taken within `code_tries_minutes`, over all replicas."""
    code_tries_per_need: int = Field(default=20, ge=1, le=100_000)
    """So many wrong codes of everybody for one need are taken within that time."""
    code_tries_minutes: float = Field(default=30.0, gt=0, le=24 * 60)

    @property
    def code_time(self) -> CodeTime:
        """When codes exist, and change."""
        return CodeTime(
            before=timedelta(minutes=self.code_minutes_before),
            after=timedelta(minutes=self.code_minutes_after),
            turn=timedelta(seconds=self.code_seconds),
        )

    @property
    def code_limits(self) -> Limits:
        """How often codes may be tried."""
        return Limits(
            person=self.code_tries_per_person,
            thing=self.code_tries_per_need,
            within=timedelta(minutes=self.code_tries_minutes),
        )
