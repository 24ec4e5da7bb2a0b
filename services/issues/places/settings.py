"""Settings of issues about places."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings


class PlaceSettings(ServiceSettings):
    """What a deployment decides about the stickers at places."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    report_page: str | None = Field(default=None, max_length=500, pattern=r"^https?://[^\s{}]+\{place\}[^\s{}]*$")
    """A frontend's page for reports, `{place}` in it, where people land who scan a sticker. None: a page of our own."""
