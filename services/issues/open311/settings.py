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
    """The ids of the communities that are served, each as a jurisdiction. Empty: all that have places."""
    open311_contact: str = Field(default="", max_length=200)
    """The contact that discovery names for questions about the endpoint. Empty: the address of the system."""
    open311_batch: _Codes = ()
    """Codes of categories whose requests are answered with a token first."""
    open311_blackbox: _Codes = ()
    """Codes of categories whose requests are taken without telling their id."""

    @field_validator("open311_communities", "open311_batch", "open311_blackbox", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
