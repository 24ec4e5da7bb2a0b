"""Settings of issues about the keys of contacts."""

import base64
import binascii
import logging
import os
import re
from contextlib import suppress
from pathlib import Path

from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.settings.service_settings import ServiceSettings
from services.issues.privacy.sealing import KEY_BYTES, Masters, fresh_key

log = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")
_FILE = "contact-keys.txt"


class PrivacySettings(ServiceSettings):
    """Settings of the sealing of contacts."""

    model_config = SettingsConfigDict(env_prefix="ISSUES_")

    contact_keys: str | None = Field(default=None, repr=False)
    """Master keys as id:base64 of 32 bytes, separated by commas. The first seals; the others still open."""

    @field_validator("contact_keys")
    @classmethod
    def _masters_readable(cls, value: str | None) -> str | None:
        if value is not None:
            read_masters(value)
        return value

    @model_validator(mode="after")
    def _sealed(self) -> "PrivacySettings":
        if self.environment == "production" and self.contact_keys is None:
            raise ValueError("ISSUES_CONTACT_KEYS is missing: production seals contacts with keys of its own")
        return self

    @property
    def masters(self) -> Masters:
        """The master keys; in development and tests one of this machine's own, made at first use."""
        return read_masters(self.contact_keys or _of_this_machine(self.auth_development_key.with_name(_FILE)))


def read_masters(text: str) -> Masters:
    """The keys in `text`.

    Raises:
        ValueError: it is not a list of id:base64, each of 32 bytes and with an id of its own.
    """
    keys: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        id, _, encoded = entry.partition(":")
        if not _ID.fullmatch(id) or id in keys:
            raise ValueError("must be id:base64, several separated by commas, each id once")
        keys[id] = _decoded(encoded)
    if not keys:
        raise ValueError("must name a key at least")
    return Masters(next(iter(keys)), keys)


def _decoded(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("must hold keys in base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"must hold keys of {KEY_BYTES} bytes, which base64 writes with 44 characters")
    return key


def _of_this_machine(path: Path) -> str:
    """The key kept at `path`, made there at first use; of several processes that start at once, one makes it."""
    with suppress(FileNotFoundError):
        return path.read_text()
    log.warning("contacts are sealed with a development key", extra={"file": path.name})
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"development:{base64.b64encode(fresh_key()).decode()}")
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text()
