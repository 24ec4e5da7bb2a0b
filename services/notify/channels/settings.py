"""What a deployment decides about channels: the mail server, and how often what is due is sent."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import Seconds, ServiceSettings
from services.notify.channels.email import SmtpServer


class ChannelSettings(ServiceSettings):
    """How people are reached."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_")

    delivery_seconds: Seconds = 2.0
    """How often notices that have become due are looked for."""

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
    def _complete(self) -> "ChannelSettings":
        if self.smtp_host is not None and self.smtp_sender is None:
            raise ValueError("NOTIFY_SMTP_SENDER is missing: NOTIFY_SMTP_HOST is set, and mail needs a sender")
        return self

    @property
    def delivery_pause(self) -> timedelta:
        """How long senders rest before they look again for what is due."""
        return timedelta(seconds=self.delivery_seconds)

    @property
    def mail(self) -> SmtpServer | None:
        """The server to which mail is handed over, if there is one."""
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
