"""Seals contacts: AES-256-GCM under a data key that is itself kept sealed under a master key of the deployment.

Pure functions on bytes. What is sealed for one case can't be opened as another's: community and case are part of what
the cipher authenticates. A changed byte, another key or another case end in `NotOpened`, never in other words.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_SEPARATOR = "\x1f"


class NotOpened(Exception):
    """The key is not the one that sealed the box, or the box was changed."""


class UnknownMaster(Exception):
    """A data key is sealed under a master key that this deployment no longer names."""


def fresh_key() -> bytes:
    """A key that nobody else has."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, content: bytes, *about: str) -> str:
    """`content` in a box, as base64 text; `about` is what it belongs to."""
    nonce = os.urandom(_NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, content, _bound(about))).decode()


def unseal(key: bytes, box: str, *about: str) -> bytes:
    """The content of `box`.

    Raises:
        NotOpened: the key or `about` is another one, or the box was changed.
    """
    try:
        raw = base64.b64decode(box, validate=True)
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(about))
    except (InvalidTag, ValueError, binascii.Error):
        raise NotOpened() from None


def _bound(parts: tuple[str, ...]) -> bytes:
    return _SEPARATOR.join(f"{len(part)}:{part}" for part in parts).encode()


@dataclass(frozen=True, slots=True)
class Masters:
    """The master keys of the deployment, by their ids. `current` seals; the others still open what they sealed."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)

    def wrap(self, data_key: bytes, id: str) -> str:
        """The data key `id`, sealed under the current master key."""
        return seal(self.keys[self.current], data_key, "data-key", self.current, id)

    def unwrap(self, wrapped: str, id: str, master: str) -> bytes:
        """The data key `id`.

        Raises:
            UnknownMaster: there is no such master key any more.
            NotOpened: the master key has the name, but is another.
        """
        if master not in self.keys:
            raise UnknownMaster(f"ISSUES_CONTACT_KEYS no longer holds the key {master}")
        return unseal(self.keys[master], wrapped, "data-key", master, id)
