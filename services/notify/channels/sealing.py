"""Seals the addresses and keys of end points, so that the stored ones can be read with the deployment's key alone."""

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY = 32


class NotOpened(Exception):
    """The box was sealed under another key or for another thing, or was changed."""


class Sealing:
    """Seals under one key. A box belongs to the thing named by `about`, and opens only for the same `about`."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, words: str, about: str) -> str:
        """Seal `words` for the thing `about`. Returns the box as text."""
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, words.encode(), about.encode())).decode()

    def unseal(self, box: str, about: str) -> str:
        """The words that were sealed in `box` for the thing `about`.

        Raises:
            NotOpened: the key or `about` is another one, or the box was changed.
        """
        try:
            raw = base64.b64decode(box, validate=True)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise NotOpened() from None


def key_of(text: str) -> bytes:
    """The key that `text` gives: base64 of 32 bytes.

    Raises:
        ValueError: `text` is no such key.
    """
    key = base64.b64decode(text, validate=True)
    if len(key) != _KEY:
        raise ValueError("a key has 32 bytes")
    return key


def key_of_this_machine(path: Path) -> bytes:
    """The key of this machine for development, kept at `path` and made at first use."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(base64.b64encode(os.urandom(_KEY)).decode())
        path.chmod(0o600)
    return key_of(path.read_text().strip())
