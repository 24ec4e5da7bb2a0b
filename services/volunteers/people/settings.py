"""The setting of people: the age from which a person may be approved as a volunteer."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.volunteers.people.domain.vouching import LEAST_AGE


class PeopleSettings(ServiceSettings):
    """The age from which volunteers are approved."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    least_age: int = Field(default=LEAST_AGE, ge=0, le=99)
    """A person whose verified date of birth makes them younger, in years, is not approved."""
