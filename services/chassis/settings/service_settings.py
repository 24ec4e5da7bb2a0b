"""Settings: what a deployment decides, read once at the entrance from the environment.

`read_settings` answers a wrong or missing setting with one sentence that names it and never shows its value.
Which variable sets what: `setting_sources`. Every setting stands, with its default, in `.env.example`.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_settings import NoDecode

from services.chassis.kafka.access import Access, Mechanism, Protocol, access
from services.chassis.settings import rules
from services.chassis.settings.sources import Settings, SettingsError, read_settings, service_of

__all__ = ["DEVELOPMENT_ISSUER", "AuthSettings", "ServiceSettings", "SettingsError", "read_settings"]

DEVELOPMENT_ISSUER = "urn:community:development"
"""The issuer of tokens that anybody with the development key can make; production never accepts it."""

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class AuthSettings(Settings):
    """Settings of the issuer whose tokens are believed, and of the claims in them."""

    auth_issuer: str = DEVELOPMENT_ISSUER
    auth_audience: str = Field(default="community", min_length=1)
    auth_jwks_url: str | None = None
    """https://… or file://…; the development issuer needs none."""
    auth_jwks_seconds: Seconds = 600.0
    """Keys are asked for again after this time."""
    auth_roles_claim: str = Field(default="roles", min_length=1)
    """Name of the claim, or a path with dots: `realm_access.roles`. The same holds for the next two."""
    auth_communities_claim: str = Field(default="communities", min_length=1)
    auth_units_claim: str = Field(default="units", min_length=1)
    auth_leeway_seconds: float = Field(default=30.0, ge=0, le=300)
    auth_development_key: Path = Path(".cache/development-issuer.json")
    """Where the development issuer keeps its key pair."""

    @property
    def development_issuer(self) -> bool:
        """Whether tokens of the development issuer are accepted."""
        return self.auth_issuer == DEVELOPMENT_ISSUER

    @field_validator("auth_jwks_url")
    @classmethod
    def _jwks(cls, value: str | None) -> str | None:
        return None if value is None else rules.jwks(value)

    @model_validator(mode="after")
    def _keys(self) -> "AuthSettings":
        if self.environment == "production":
            rules.trusted(self, self.development_issuer)
        if self.auth_jwks_url is None and not self.development_issuer:
            raise ValueError("AUTH_JWKS_URL is missing: AUTH_ISSUER is set, and its keys must come from somewhere")
        return self


class KafkaSettings(Settings):
    """Settings of Kafka: its address, how it is reached, and the topics on it."""

    kafka_bootstrap: str
    """host:port, several separated by commas."""
    kafka_topic_prefix: str = Field(default="", max_length=100, pattern=r"^[A-Za-z0-9._-]*$")
    """Put before every topic and group name, for several systems on one cluster."""
    kafka_security_protocol: Protocol = "PLAINTEXT"
    """As in Kafka's own settings: whether it is encrypted, and whether it asks who we are."""
    kafka_sasl_mechanism: Mechanism = "SCRAM-SHA-512"
    kafka_username: str = Field(default="", max_length=200)
    kafka_password: str = Field(default="", max_length=1000, repr=False)
    kafka_ca_file: Path | None = None
    """PEM; whom the system trusts, where none is named."""
    kafka_certificate_file: Path | None = None
    """PEM; our own, with its chain, where Kafka asks clients for one."""
    kafka_key_file: Path | None = None
    """PEM; the certificate's file, where none is named."""
    kafka_partitions: int = Field(default=6, ge=1, le=1000)
    kafka_replication: int = Field(default=1, ge=1, le=10)
    kafka_retention_days: int = Field(default=0, ge=0, le=36_500)
    """Of the topics of facts; 0 keeps them for ever."""
    kafka_dead_letter_days: int = Field(default=90, ge=1, le=36_500)

    @field_validator("kafka_bootstrap")
    @classmethod
    def _bootstrap(cls, value: str) -> str:
        return rules.bootstrap(value)

    @cached_property
    def kafka_access(self) -> Access:
        """How Kafka is reached."""
        return access(
            self.kafka_security_protocol,
            mechanism=self.kafka_sasl_mechanism,
            username=self.kafka_username,
            password=self.kafka_password,
            ca_file=self.kafka_ca_file,
            certificate_file=self.kafka_certificate_file,
            key_file=self.kafka_key_file,
        )

    @model_validator(mode="after")
    def _reached(self) -> "KafkaSettings":
        if self.kafka_security_protocol.startswith("SASL") and not (self.kafka_username and self.kafka_password):
            raise ValueError("KAFKA_USERNAME and KAFKA_PASSWORD are missing: KAFKA_SECURITY_PROTOCOL asks for both")
        try:
            self.kafka_access  # noqa: B018  made here, so that a wrong file stops the start and not a connection
        except OSError:  # an SSLError is one
            raise ValueError(
                "KAFKA_CA_FILE, KAFKA_CERTIFICATE_FILE and KAFKA_KEY_FILE must be readable PEM files that fit together"
            ) from None
        return self


class ServiceSettings(AuthSettings, KafkaSettings):
    """The settings that every service has. Each service derives its own: `class IssuesSettings(...,
    env_prefix="ISSUES_")`."""

    OWN: ClassVar[frozenset[str]] = frozenset({"database"})
    """Settings of this class that are never shared by all services."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=1, le=65_535)
    http_head_seconds: Seconds = 15.0
    """Until the head of a request is there."""
    http_body_seconds: Seconds = 30.0
    """Until its body is there; while it flows, 1 second more for every 16 KB."""
    http_answer_seconds: Seconds = 30.0
    """For how long nothing of an answer may be fetched."""
    http_idle_seconds: Seconds = 75.0
    """Until the next request on a connection; longer than a proxy before it keeps one."""
    http_connections: int = Field(default=1000, ge=10, le=100_000)
    """At once, to one process; whoever has been idle for the longest makes room for the next."""
    public_url: str = "http://127.0.0.1:8000"
    """The origin under which people reach the system, for links in feeds and notices."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses or networks, separated by commas, whose X-Forwarded-For and -Proto are believed."""

    mongodb_url: str = Field(repr=False)
    database: str = Field(default="", max_length=63, pattern=r"^[A-Za-z0-9_-]*$")
    """Empty: `community_<service>`."""

    kafka_group_instance: str | None = Field(default=None, max_length=200, pattern=r"^[A-Za-z0-9._-]+$")
    """A name that this replica keeps over restarts: its partitions wait for it instead of being moved."""
    kafka_session_seconds: Seconds = 10.0
    kafka_send_seconds: Seconds = 15.0

    relay_lease_seconds: Seconds = 10.0
    relay_poll_seconds: Seconds = 1.0
    subscriber_concurrency: int = Field(default=16, ge=1, le=1000)
    """Effects under way at once in one replica, each of another aggregate."""
    subscriber_patience_seconds: Seconds = 30.0
    """How long an event waits for what it needs of another service before it becomes a dead letter."""
    shutdown_seconds: Seconds = 30.0

    oldest_unsent_seconds: Seconds = 60.0
    """Not ready while an event waits longer than this for Kafka."""
    lag_seconds: Seconds = 60.0
    """Not ready while a subscriber has had more than `lag_records` before it for this long."""
    lag_records: int = Field(default=10_000, ge=1)

    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins of other sites whose pages may call, separated by commas; `*` for any."""
    cors_credentials: bool = False
    max_body_bytes: int = Field(default=1_048_576, ge=1024, le=1_073_741_824)
    max_upload_bytes: int = Field(default=20_971_520, ge=1024, le=1_073_741_824)
    """The limit of multipart/form-data, and of routes that take many things at once."""
    max_reading_bytes: int = Field(default=67_108_864, ge=1_048_576, le=1_073_741_824)
    """Of all bodies together that a process holds at once; callers without a token get a quarter of it."""
    rate_limit_per_second: float = Field(default=50.0, ge=0)
    """Per caller and replica; 0 switches the limit off."""
    rate_limit_burst: int = Field(default=200, ge=1)
    rate_limit_address_per_second: float = Field(default=20.0, ge=0)
    """Of requests without a token that was verified before, per address and replica; 0 switches it off."""
    rate_limit_address_burst: int = Field(default=200, ge=1)
    rate_limit_probes_per_second: float = Field(default=50.0, ge=0)
    """Of `/readyz` and `/metrics`, per address and replica; 0 switches it off."""
    rate_limit_probes_burst: int = Field(default=200, ge=1)

    otlp_endpoint: str | None = None
    """Where spans go, as OTLP over HTTP: http://collector:4318/v1/traces."""
    trace_ratio: float = Field(default=1.0, ge=0, le=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_requests: Literal["all", "notable"] = "notable"
    """`notable`: answers of 500 and above, and those that took longer than a second."""

    @property
    def service(self) -> str:
        """The service's name, by its prefix."""
        return service_of(type(self))

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("mongodb_url")
    @classmethod
    def _mongodb(cls, value: str) -> str:
        return rules.mongodb(value)

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str, info: ValidationInfo) -> str:
        return rules.proxies(value, info.data.get("environment"))

    @field_validator("public_url", "otlp_endpoint")
    @classmethod
    def _web(cls, value: str | None) -> str | None:
        return None if value is None else rules.web(value)

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(rules.origin(origin) for origin in value)

    @model_validator(mode="after")
    def _together(self) -> "ServiceSettings":
        if self.environment == "production":
            rules.public(self)
        if self.cors_credentials and "*" in self.cors_origins:
            raise ValueError("CORS_ORIGINS must name each origin when CORS_CREDENTIALS is on, not *")
        if self.relay_poll_seconds > self.relay_lease_seconds:
            raise ValueError("RELAY_POLL_SECONDS must not be longer than RELAY_LEASE_SECONDS")
        return self

    @model_validator(mode="before")
    @classmethod
    def _own_database(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "database": values.get("database") or f"community_{service_of(cls)}"}
