"""Settings of notify alone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import Seconds, ServiceSettings
from services.notify.channels.email import SmtpServer
from services.notify.knowledge.names import Names


class TwoNames(BaseModel):
    """A name in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str


class NotifySettings(ServiceSettings):
    """How people are reached, and what the board calls things."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_")

    communities: Mapping[str, TwoNames] = {"yangguang": TwoNames(zh="阳光社区", en="Sunshine Community")}
    """Names by community, as JSON."""
    venues: Mapping[str, TwoNames] = {
        "plaza": TwoNames(zh="中心小广场", en="Central plaza"),
        "culture-plaza": TwoNames(zh="文化广场", en="Culture plaza"),
        "activity-room": TwoNames(zh="社区活动室", en="Activity room"),
        "classroom": TwoNames(zh="阳光学堂", en="Sunshine classroom"),
        "clinic": TwoNames(zh="社区卫生服务站", en="Health station"),
        "hall": TwoNames(zh="社区礼堂", en="Community hall"),
    }
    """Names by venue code, as JSON."""

    reminder_hours: float = Field(default=24, ge=0, le=24 * 30)
    """How long before its start people are reminded of an activity."""
    delivery_seconds: Seconds = 2.0
    """How often notices that have become due are looked for."""
    board_seconds: float = Field(default=5.0, ge=0, le=3600)
    """How old the figures of the notice board may be."""

    smtp_host: str | None = None
    """Without it no e-mail leaves."""
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_tls: Literal["starttls", "implicit"] = "starttls"
    """`starttls`: where the server offers it."""
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    smtp_sender: str | None = Field(default=None, pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    smtp_seconds: Seconds = 20.0

    @model_validator(mode="after")
    def _complete(self) -> "NotifySettings":
        if self.smtp_host is not None and self.smtp_sender is None:
            raise ValueError("NOTIFY_SMTP_SENDER is missing: NOTIFY_SMTP_HOST is set, and mail needs a sender")
        return self

    @property
    def lead(self) -> timedelta:
        """How long before its start people are reminded of an activity."""
        return timedelta(hours=self.reminder_hours)

    @property
    def names(self) -> Names:
        """What people call communities and venues."""
        return Names(
            {code: name.model_dump() for code, name in self.communities.items()},
            {code: name.model_dump() for code, name in self.venues.items()},
        )

    @property
    def mail(self) -> SmtpServer | None:
        """Where mail is handed over, if anywhere."""
        if self.smtp_host is None or self.smtp_sender is None:
            return None
        return SmtpServer(
            host=self.smtp_host,
            port=self.smtp_port,
            sender=self.smtp_sender,
            tls=self.smtp_tls == "implicit",
            user=self.smtp_user,
            password=self.smtp_password,
            seconds=self.smtp_seconds,
        )
