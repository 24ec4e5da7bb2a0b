"""Gateways: how a rendered notice leaves the house, and what a gateway can answer.

`Later` and `Refused` are definite: the gateway does not have the message. `Unknown` is not, and is never repeated.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from services.notify.notices.wording import Words


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has taken it over."""


@dataclass(frozen=True, slots=True)
class Later:
    """It does not take it now."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never take it."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It fell silent after the message was on its way."""


Answer: TypeAlias = Accepted | Later | Refused | Unknown


class Gateway(Protocol):
    """One provider of a channel."""

    async def send(self, notice: str, address: str, words: Words, language: str) -> Answer:
        """Hand over `words` for `address`; `notice` is the id that the provider may use to drop a repetition."""
        ...
