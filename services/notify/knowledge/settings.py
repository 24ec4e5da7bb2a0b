"""The names that no published fact carries, as a deployment gives them."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.notify.knowledge.names import Names


class TwoNames(BaseModel):
    """A name in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str


class NameSettings(ServiceSettings):
    """What people call communities and venues."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_")

    communities: Mapping[str, TwoNames] = {"yangguang": TwoNames(zh="阳光社区", en="Sunshine Community")}
    """Names by community, as JSON."""
    venues: Mapping[str, TwoNames] = {
        "plaza": TwoNames(zh="中心小广场", en="Central plaza"),
        "culture-plaza": TwoNames(zh="文化广场", en="Culture plaza"),
        "garden": TwoNames(zh="小区花园", en="Garden"),
        "activity-room": TwoNames(zh="社区活动室", en="Activity room"),
        "classroom": TwoNames(zh="阳光学堂", en="Sunshine classroom"),
        "clinic": TwoNames(zh="社区卫生服务站", en="Health station"),
        "hall": TwoNames(zh="社区礼堂", en="Community hall"),
    }
    """Names by venue code, as JSON."""

    @property
    def names(self) -> Names:
        """The names of communities and venues."""
        return Names(
            {code: name.model_dump() for code, name in self.communities.items()},
            {code: name.model_dump() for code, name in self.venues.items()},
        )
