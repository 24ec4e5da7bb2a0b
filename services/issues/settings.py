"""All settings of issues."""

from pydantic_settings import SettingsConfigDict

from services.issues.cases.settings import CaseSettings
from services.issues.open311.settings import Open311Settings
from services.issues.places.settings import PlaceSettings
from services.issues.privacy.settings import PrivacySettings
from services.issues.reading.settings import ReadingSettings
from services.issues.uploads.settings import UploadSettings
from services.issues.wishes.settings import WishSettings


class IssuesSettings(
    PlaceSettings, PrivacySettings, UploadSettings, CaseSettings, WishSettings, ReadingSettings, Open311Settings
):
    """The settings of issues: those of every service, and what its own rooms ask for."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")
