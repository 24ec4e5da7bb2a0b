"""What a deployment decides about needs: when people are asked for visits, and around which time a home is told."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.contracts.volunteers import CareKind
from services.volunteers.needs.domain.homes import VisitWindow
from services.volunteers.needs.domain.opening import NOTICE


class NeedsSettings(ServiceSettings):
    """When people are asked for a visit, and when whoever has a seat in it is told where it is."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    home_hours_before: float = Field(default=24.0, ge=0, le=24 * 14)
    """Where an elder lives is told to who has a seat in the visit from so long before its start …"""
    home_hours_after: float = Field(default=2.0, ge=0, le=24 * 14)
    """… until so long after its end."""

    notice_days: dict[CareKind, float] = Field(default_factory=dict)
    """How many days before a visit people are asked, as JSON by kind: `{"visit": 3, "chores": 1}`."""

    @property
    def notice(self) -> dict[CareKind, timedelta]:
        """How long before a visit people are asked, by kind."""
        return NOTICE | {kind: timedelta(days=days) for kind, days in self.notice_days.items()}

    @property
    def visit_window(self) -> VisitWindow:
        """The time around a visit in which its place is told."""
        return VisitWindow(before=timedelta(hours=self.home_hours_before), after=timedelta(hours=self.home_hours_after))
