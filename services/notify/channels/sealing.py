"""Seals the addresses and keys of end points: what stands in the store opens with the deployment's key alone."""

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY = 32


class NotOpened(Exception):
    """Another key sealed it, or it was changed."""


class Sealing:
    """Seals under one key; `about` is what a box belongs to, and opens it nowhere else."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, words: str, about: str) -> str:
        """`words` in a box."""
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, words.encode(), about.encode())).decode()

    def unseal(self, box: str, about: str) -> str:
        """The words in `box`.

        Raises:
            NotOpened: the key or `about` is another one.
        """
        try:
            raw = base64.b64decode(box, validate=True)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise NotOpened() from None


def key_of(text: str) -> bytes:
    """The key that `text` gives: base64 of 32 bytes.

    Raises:
        ValueError: it is none.
    """
    key = base64.b64decode(text, validate=True)
    if len(key) != _KEY:
        raise ValueError("a key has 32 bytes")
    return key


def key_of_this_machine(path: Path) -> bytes:
    """A key of this machine's own for development, made at first use."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(base64.b64encode(os.urandom(_KEY)).decode())
        path.chmod(0o600)
    return key_of(path.read_text().strip())
