"""Settings of the Open311 endpoint."""

from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings

_Codes = Annotated[tuple[str, ...], NoDecode]


class Open311Settings(ServiceSettings):
    """What a deployment decides about its Open311 endpoint."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    open311_communities: _Codes = ()
    """The communities that are served, each a jurisdiction under its own id. Empty: all that have places."""
    open311_contact: str = Field(default="", max_length=200)
    """Whom to ask about the endpoint, as discovery says it. Empty: the address of the system."""
    open311_batch: _Codes = ()
    """Categories whose requests are answered by a token first."""
    open311_blackbox: _Codes = ()
    """Categories whose requests are taken, and nothing more is told of them."""

    @field_validator("open311_communities", "open311_batch", "open311_blackbox", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
