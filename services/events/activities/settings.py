"""What papers a deployment asks of an activity before people are told of it."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.events.activities.domain.formalities import ORDER_505, FormalityRule


class ActivitySettings(ServiceSettings):
    """The settings of activities."""

    model_config = SettingsConfigDict(env_prefix="EVENTS_")

    formalities: tuple[FormalityRule, ...] = Field(default=(ORDER_505,), max_length=50)
    """Which activities need insurance or a filing. The rules given here take the place of the one by default."""
