"""What a deployment decides about needs: around which time an elder's home is told."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.volunteers.needs.domain.homes import VisitWindow


class NeedsSettings(ServiceSettings):
    """When an elder's home is told to whoever has a seat in a visit."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    home_hours_before: float = Field(default=24.0, ge=0, le=24 * 14)
    """Where an elder lives is told to who has a seat in the visit from so long before its start …"""
    home_hours_after: float = Field(default=2.0, ge=0, le=24 * 14)
    """… until so long after its end."""

    @property
    def visit_window(self) -> VisitWindow:
        """The time around a visit in which its place is told."""
        return VisitWindow(before=timedelta(hours=self.home_hours_before), after=timedelta(hours=self.home_hours_after))
