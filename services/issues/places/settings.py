"""Settings of issues about places."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.contracts.marks import Id as CommunityId

Telephone = Annotated[str, StringConstraints(pattern=r"^[0-9+ -]{0,24}$")]


class PlaceSettings(ServiceSettings):
    """Settings of the stickers at places."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    report_page: str | None = Field(default=None, max_length=500, pattern=r"^https?://[^\s{}]+\{place\}[^\s{}]*$")
    """A frontend's page for reports, `{place}` in it, where people land who scan a sticker. None: a page of our own."""

    report_without_account: Mapping[CommunityId, Telephone] = Field(default_factory=dict)
    """The communities in which whoever scans a sticker may report without an account, as JSON, each with the telephone
    of its committee (or an empty text)."""
