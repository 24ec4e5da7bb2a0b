"""What a deployment decides about hours: how many coins of the time bank a day earns, and an account holds."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.volunteers.hours.domain.ledger import CoinCaps


class HoursSettings(ServiceSettings):
    """The local caps of the time bank."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    coins_hours_a_day: int = Field(default=4, ge=0, le=24)
    """A day earns the coins of so many hours at most."""
    coins_hours_in_all: int = Field(default=1_500, ge=0, le=100_000)
    """An account that holds the coins of so many hours earns no more."""

    @property
    def coin_caps(self) -> CoinCaps:
        """The caps, in minutes."""
        return CoinCaps(a_day=self.coins_hours_a_day * 60, in_all=self.coins_hours_in_all * 60)
