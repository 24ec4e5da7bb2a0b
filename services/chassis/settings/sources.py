"""The sources of settings: a service's own variable, then the common one; the environment before the file.

A setting that a class without a prefix declares is common: it may be given to all services (`MONGODB_URL`) or to one of
them (`ISSUES_MONGODB_URL`), which wins. What a service adds, and what `OWN` names, exists only under its prefix.
Each may stand in a file that a variable names: `MONGODB_URL_FILE=/run/secrets/mongodb-url`; the variable itself wins.
"""

import os
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as Unreadable

from services.chassis.settings import rules

_FILE = "_FILE"


class SettingsError(Exception):
    """The settings don't allow a start. The message is one sentence for the person who starts it."""


class Settings(BaseSettings):
    """What every entrance needs to know, commands included."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, frozen=True)

    OWN: ClassVar[frozenset[str]] = frozenset()
    """Settings that are never shared by all services, though a class without a prefix declares them."""

    environment: Literal["development", "test", "production"]
    """`development` and `test` accept tokens of the development issuer."""
    development_clock: Path | None = None
    """A file that says how much earlier or later it is than on this machine: see `chassis/clock.py`."""

    @model_validator(mode="after")
    def _by_the_machine(self) -> "Settings":
        if self.environment == "production" and self.development_clock is not None:
            raise ValueError("DEVELOPMENT_CLOCK is set: production goes by the clock of its machines")
        return self

    @model_validator(mode="after")
    def _unpublished(self) -> "Settings":
        if self.environment != "development":
            rules.unpublished(self)
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = dotenv_settings.env_file if isinstance(dotenv_settings, DotEnvSettingsSource) else None
        return (
            init_settings,
            env_settings,
            _CommonVariables(settings_cls, env_prefix=""),
            _Files(settings_cls),
            dotenv_settings,
            _CommonFile(settings_cls, env_file=file, env_prefix=""),
        )


class _OnlyCommon(EnvSettingsSource):
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        if field_name not in common_fields(self.settings_cls):
            return None, field_name, False
        return super().get_field_value(field, field_name)


class _CommonVariables(_OnlyCommon):
    pass


class _CommonFile(_OnlyCommon, DotEnvSettingsSource):
    pass


class _Files(EnvSettingsSource):
    """Reads the files that variables name: a secret in a file shows in no list of what a container was given."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        for name in _names(self.settings_cls, field_name):
            path = os.environ.get(name + _FILE)
            if path:
                return _content(name + _FILE, path) or None, field_name, self.field_is_complex(field)
        return None, field_name, False


def _names(cls: type[BaseSettings], field: str) -> list[str]:
    own = (prefix_of(cls) + field).upper()
    return [own, field.upper()] if field in common_fields(cls) else [own]


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{name} names a file that can't be read.") from None


S = TypeVar("S", bound=Settings)


def prefix_of(cls: type[BaseSettings]) -> str:
    """`ISSUES_` for the settings of the issues service."""
    return cls.model_config.get("env_prefix", "")


def service_of(cls: type[BaseSettings]) -> str:
    """The name of the service whose settings `cls` are."""
    return prefix_of(cls).rstrip("_").lower()


def common_fields(cls: type[BaseSettings]) -> frozenset[str]:
    """The settings of `cls` that may be given without a prefix."""
    shared = (base for base in cls.__mro__ if issubclass(base, Settings) and not prefix_of(base))
    own: frozenset[str] = getattr(cls, "OWN", frozenset())
    return frozenset(name for base in shared for name in base.model_fields) - own


def variables(cls: type[BaseSettings]) -> dict[str, FieldInfo]:
    """The variables that `cls` reads, each under its least specific name."""
    prefix, common = prefix_of(cls), common_fields(cls)
    return {(name if name in common else prefix + name).upper(): field for name, field in cls.model_fields.items()}


def read_settings(cls: type[S], file: Path | None = None) -> S:
    """Read settings from the environment and, behind it, from `file`.

    Raises:
        SettingsError: something is missing, wrong or dangerous.
    """
    prefix = prefix_of(cls)
    known = {*variables(cls), *((prefix + name).upper() for name in cls.model_fields)}
    known |= {name + _FILE for name in known}
    slip = rules.misspelt(os.environ, known, prefix)
    if slip is not None:
        raise SettingsError(f"{slip[0]} is not a setting: {slip[1]} is meant, it seems.")
    try:
        return cls(_env_file=file)
    except ValidationError as error:
        raise SettingsError(rules.sentence(error, prefix, common_fields(cls))) from None
    except Unreadable as error:
        if isinstance(error.__cause__, SettingsError):
            raise error.__cause__ from None
        raise SettingsError(rules.unreadable(error, prefix, common_fields(cls))) from None
