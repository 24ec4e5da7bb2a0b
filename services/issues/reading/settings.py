"""Settings of issues about reading: how far lists, searches and figures may be behind the cases."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class ReadingSettings(ServiceSettings):
    """What a deployment decides about reading."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    reading_behind_seconds: float = Field(default=5.0, ge=1, le=600)
    """The seconds that reading may be behind the cases. Commands of people are slowed down before it is further
    behind."""
    kpi_formulas: Path | None = None
    """A JSON file of formulas and weights, in the form of `GET /api/issues/v1/kpis/formulas`. None: the default
    formulas."""
