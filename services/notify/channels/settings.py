"""Settings of channels: accounts at providers, and how often due notices are sent."""

import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import Seconds, ServiceSettings
from services.notify.channels.domain.web_addresses import Network
from services.notify.channels.email import SmtpServer
from services.notify.channels.sealing import key_of, key_of_this_machine
from services.notify.channels.sms import SmsAccount, SmsText
from services.notify.channels.wecom import WecomApp
from services.notify.shared.values import ANSWER_LINK, ANSWER_PATH_LENGTH


class ChannelSettings(ServiceSettings):
    """Settings of the ways to reach people."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_")

    delivery_seconds: Seconds = 2.0
    """Seconds between two looks for notices that have become due."""

    smtp_host: str | None = None
    """The mail server. Without one no e-mail is sent."""
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_tls: Literal["starttls", "required", "implicit"] = "starttls"
    """`implicit` speaks TLS from the first byte; `starttls` uses STARTTLS where the server offers it, and demands it
    where there is a password; `required` always demands it."""
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    smtp_sender: str | None = Field(default=None, pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    smtp_seconds: Seconds = 20.0

    provider_seconds: Seconds = 5.0
    """Seconds to wait for a provider's answer."""
    sms_url: str | None = None
    """The address of the SMS gateway. Without one no SMS is sent."""
    sms_account: str = "community"
    sms_secret: str = Field(default="", repr=False)
    sms_signature: str = Field(default="阳光社区", min_length=2, max_length=16)
    sms_texts: Mapping[str, SmsText] = Field(default_factory=dict)
    """The texts that the gateway has approved, by kind, as JSON."""
    sms_at_once: int = Field(default=1, ge=1, le=100)
    """How many messages the gateway takes in one call. Where a sender dies, so many are in doubt."""
    wecom_corporation: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]+$")
    """The id of the corporation in WeCom. Without one no message of an app is sent."""
    wecom_agent: int = Field(default=0, ge=0)
    wecom_secret: str = Field(default="", repr=False, pattern=r"^[A-Za-z0-9_-]*$")
    wecom_url: str = "https://qyapi.weixin.qq.com"
    endpoint_key: str | None = Field(default=None, repr=False)
    """The key, as base64 of 32 bytes, that seals addresses and keys of end points. Without one there are no end points
    in production."""
    endpoint_networks: str = ""
    """Private networks that end points may be in, separated by commas. Other end points must be on the public
    internet."""
    robot_hosts: str = ""
    """Hosts, separated by commas, at which robots of groups may be besides those of WeCom, DingTalk and Feishu: a relay
    of the house."""
    callback_secret: str | None = Field(default=None, repr=False, min_length=16)
    """The secret with which providers sign their reports on messages. Without one no reports are taken."""

    @model_validator(mode="after")
    def _complete(self) -> "ChannelSettings":
        if self.smtp_host is not None and self.smtp_sender is None:
            raise ValueError("NOTIFY_SMTP_SENDER is missing: NOTIFY_SMTP_HOST is set, and mail needs a sender")
        if self.sms_url is not None and not self.sms_secret:
            raise ValueError("NOTIFY_SMS_SECRET is missing: NOTIFY_SMS_URL is set, and requests are signed")
        if self.wecom_corporation is not None and not self.wecom_secret:
            raise ValueError("NOTIFY_WECOM_SECRET is missing: NOTIFY_WECOM_CORPORATION is set")
        length = len(self.public_url.rstrip("/")) + ANSWER_PATH_LENGTH
        for kind, text in self.sms_texts.items():
            if ANSWER_LINK in text.names() and text.longest < length:
                raise ValueError(f"NOTIFY_SMS_TEXTS: longest of {kind} is below {length}, the length of its link")
        return self

    @field_validator("endpoint_key")
    @classmethod
    def _a_key(cls, value: str | None) -> str | None:
        if value is not None:
            key_of(value)
        return value

    @field_validator("endpoint_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        for each in filter(None, (part.strip() for part in value.split(","))):
            ipaddress.ip_network(each)
        return value

    @property
    def inside(self) -> tuple[Network, ...]:
        """The private networks that end points may be in."""
        parts = (part.strip() for part in self.endpoint_networks.split(","))
        return tuple(ipaddress.ip_network(part) for part in parts if part)

    @property
    def robots(self) -> frozenset[str]:
        """The hosts at which robots may be besides their providers'."""
        return frozenset(filter(None, (part.strip().lower().rstrip(".") for part in self.robot_hosts.split(","))))

    @property
    def sealing_key(self) -> bytes | None:
        """The key that seals end points, outside production by default one of this machine; None where there are no end
        points."""
        if self.endpoint_key is not None:
            return key_of(self.endpoint_key)
        if self.environment == "production":
            return None
        return key_of_this_machine(self.auth_development_key.with_name("notify-endpoint-key"))

    @property
    def delivery_pause(self) -> timedelta:
        """The time that senders rest before they look for due notices again."""
        return timedelta(seconds=self.delivery_seconds)

    @property
    def mail(self) -> SmtpServer | None:
        """The mail server; None where there is none."""
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
            required=self.smtp_tls == "required",
        )

    @property
    def sms(self) -> SmsAccount | None:
        """The account at an SMS gateway; None where there is none."""
        if self.sms_url is None:
            return None
        return SmsAccount(
            self.sms_url, self.sms_account, self.sms_secret, self.sms_signature, self.sms_texts, self.sms_at_once
        )

    @property
    def wecom(self) -> WecomApp | None:
        """The app in WeCom; None where there is none."""
        if self.wecom_corporation is None:
            return None
        return WecomApp(self.wecom_corporation, self.wecom_agent, self.wecom_secret, self.wecom_url)
