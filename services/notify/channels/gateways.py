"""Gateways: how a rendered text leaves the house, and what a gateway can answer.

`Later` and `Refused` are definite: the gateway does not have the message. `Unknown` is not, and is never repeated.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from services.notify.shared.texts import Words


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has taken the message over."""


@dataclass(frozen=True, slots=True)
class Later:
    """The gateway does not take the message now."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway will never take the message."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The gateway fell silent after the message was on its way."""


Answer: TypeAlias = Accepted | Later | Refused | Unknown


class Gateway(Protocol):
    """A provider that delivers messages by one channel."""

    async def send(self, notice: str, address: str, words: Words, language: str) -> Answer:
        """Hand over `words` for `address`; `notice` is the id that the provider may use to drop a repetition."""
        ...
