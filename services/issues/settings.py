"""All settings of issues."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.issues.cases.settings import ClockSettings
from services.issues.open311.settings import Open311Settings
from services.issues.privacy.settings import PrivacySettings
from services.issues.reading.settings import ReadingSettings
from services.issues.wishes.settings import SupportSettings


class IssuesSettings(PrivacySettings, ClockSettings, SupportSettings, ReadingSettings, Open311Settings):
    """The settings of issues: those of every service, and what its own rooms ask for."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    report_page: str | None = Field(default=None, max_length=500, pattern=r"^https?://[^\s{}]+\{place\}[^\s{}]*$")
    """A frontend's page for reports, `{place}` in it, where people land who scan a sticker. None: a page of our own."""
