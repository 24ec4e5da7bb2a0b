"""Settings of hours: the coins of the time bank, and the points that hours earn."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.volunteers.hours.domain.ledger import CoinCaps, PointRules


class HoursSettings(ServiceSettings):
    """The local caps of the time bank, and the rates and caps of points."""

    model_config = SettingsConfigDict(env_prefix="VOLUNTEERS_")

    coins_hours_a_day: int = Field(default=4, ge=0, le=24)
    """The most hours of a day that earn coins."""
    coins_hours_in_all: int = Field(default=1_500, ge=0, le=100_000)
    """The hours whose coins an account may hold. A full account earns no more."""

    points_an_hour: int = Field(default=10, ge=0, le=1_000)
    """The points that an hour of service earns."""
    points_by_category: dict[str, int] = Field(default_factory=dict)
    """The points that an hour of certain kinds of service earns instead, as JSON: `{"haircut": 12}`."""
    points_a_day: int = Field(default=80, ge=0, le=24_000)
    """The most points that a day earns."""
    points_in_all: int = Field(default=100_000, ge=0)
    """The points that an account may hold. A full account earns no more."""

    @property
    def point_rules(self) -> PointRules:
        """The rates and caps of points."""
        return PointRules(
            an_hour=self.points_an_hour,
            by_category=self.points_by_category,
            a_day=self.points_a_day,
            in_all=self.points_in_all,
        )

    @property
    def coin_caps(self) -> CoinCaps:
        """The caps of coins, in minutes."""
        return CoinCaps(a_day=self.coins_hours_a_day * 60, in_all=self.coins_hours_in_all * 60)
