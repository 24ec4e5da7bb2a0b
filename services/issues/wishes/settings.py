"""Settings of issues about wishes."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.issues.catalogue.domain.catalogue import Span, SpanUnit


class WishSettings(ServiceSettings):
    """What a deployment decides about wishes."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    wish_answer_days: int = Field(default=20, ge=1, le=365)
    """Working days that the committee has to answer a wish."""

    @property
    def wishes_answered_within(self) -> Span:
        """The time in which an answer to a wish is owed."""
        return Span(amount=self.wish_answer_days, unit=SpanUnit.WORKING_DAYS)
