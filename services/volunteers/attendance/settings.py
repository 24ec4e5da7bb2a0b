"""Settings of codes for check-in: when they exist and change, and how often they may be tried."""

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
    """Minutes before the start from which on a code exists."""
    code_minutes_after: float = Field(default=120.0, ge=0, le=24 * 60)
    """Minutes after the end until which a code exists. A check-out that is missing by then counts as forgotten."""
    code_seconds: float = Field(default=60.0, ge=10, le=3600)
    """Seconds for which each code is shown. It is taken for as long again."""
    code_tries_per_person: int = Field(default=5, ge=1, le=1000)
    """How many wrong codes one person may give for one need within `code_tries_minutes`, over all replicas."""
    code_tries_per_need: int = Field(default=20, ge=1, le=100_000)
    """How many wrong codes all people together may give for one need within `code_tries_minutes`."""
    code_tries_minutes: float = Field(default=30.0, gt=0, le=24 * 60)

    @property
    def code_time(self) -> CodeTime:
        """The times of codes: when they exist, and when they change."""
        return CodeTime(
            before=timedelta(minutes=self.code_minutes_before),
            after=timedelta(minutes=self.code_minutes_after),
            turn=timedelta(seconds=self.code_seconds),
        )

    @property
    def code_limits(self) -> Limits:
        """The limits of wrong codes."""
        return Limits(
            person=self.code_tries_per_person,
            thing=self.code_tries_per_need,
            within=timedelta(minutes=self.code_tries_minutes),
        )
