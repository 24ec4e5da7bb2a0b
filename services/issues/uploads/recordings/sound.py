"""A recording as every kind of them is kept, and how a kind is described."""

from collections.abc import Callable
from dataclasses import dataclass

MAX_SECONDS = 600


class NotSound(Exception):
    """The bytes don't go on as the recording that they begin as."""


class TooLong(Exception):
    """The recording plays longer than MAX_SECONDS; how much longer is not looked for."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording without its labels, and how long it plays."""

    data: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of recording. `strip` raises NotSound, or what its reading ends with, where it is broken."""

    media_type: str
    ending: str
    matches: Callable[[bytes], bool]
    strip: Callable[[bytes], Sound]
