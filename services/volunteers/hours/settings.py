"""What a deployment decides about hours: the coins of the time bank and the points that they earn."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.volunteers.hours.domain.ledger import CoinCaps, PointRules


class HoursSettings(ServiceSettings):
    """The local caps of the time bank, and the rates and caps of points."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    coins_hours_a_day: int = Field(default=4, ge=0, le=24)
    """A day earns the coins of so many hours at most."""
    coins_hours_in_all: int = Field(default=1_500, ge=0, le=100_000)
    """An account that holds the coins of so many hours earns no more."""

    points_an_hour: int = Field(default=10, ge=0, le=1_000)
    """An hour of service earns so many points …"""
    points_by_category: dict[str, int] = Field(default_factory=dict)
    """… or as many as its kind has here, as JSON: `{"haircut": 12}`."""
    points_a_day: int = Field(default=80, ge=0, le=24_000)
    """A day earns so many points at most."""
    points_in_all: int = Field(default=100_000, ge=0)
    """An account that holds so many points earns no more."""

    @property
    def point_rules(self) -> PointRules:
        """What an hour earns in points."""
        return PointRules(
            an_hour=self.points_an_hour,
            by_category=self.points_by_category,
            a_day=self.points_a_day,
            in_all=self.points_in_all,
        )

    @property
    def coin_caps(self) -> CoinCaps:
        """The caps, in minutes."""
        return CoinCaps(a_day=self.coins_hours_a_day * 60, in_all=self.coins_hours_in_all * 60)
