"""Settings of needs: when people are asked for visits, and how long around a visit its volunteers are told the home."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.volunteers.care.domain.kinds import CareKind
from services.volunteers.needs.domain.homes import VisitWindow
from services.volunteers.needs.domain.opening import NOTICE


class NeedsSettings(ServiceSettings):
    """When people are asked for a visit, and when the volunteers of a visit are told the home."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    home_hours_before: float = Field(default=24.0, ge=0, le=24 * 14)
    """The volunteers of a visit are told where the elder lives from so many hours before its start …"""
    home_hours_after: float = Field(default=2.0, ge=0, le=24 * 14)
    """… until so many hours after its end."""

    notice_days: dict[CareKind, float] = Field(default_factory=dict)
    """How many days before a visit people are asked, as JSON by kind of care, such as `{"visit": 3, "chores": 1}`. A
    kind that is not named has the days of `NOTICE`.
    """

    @property
    def notice(self) -> dict[CareKind, timedelta]:
        """How long before a visit people are asked, by kind of care."""
        return NOTICE | {kind: timedelta(days=days) for kind, days in self.notice_days.items()}

    @property
    def visit_window(self) -> VisitWindow:
        """The time around a visit in which its volunteers are told the home."""
        return VisitWindow(before=timedelta(hours=self.home_hours_before), after=timedelta(hours=self.home_hours_after))
