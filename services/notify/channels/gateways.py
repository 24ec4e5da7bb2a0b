"""Gateways: how a rendered text leaves the house, and what a gateway can answer.

`Later` and `Refused` are definite: the gateway does not have the message. `Unknown` is not, and is never repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeAlias

from services.notify.shared.texts import Words


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has taken the message over, and calls it `id` where it has a name for it."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """The gateway does not take the message now. `full`: nor any other, for as long as `after` says; it was no
    attempt."""

    after: timedelta | None = None
    full: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway will never take the message; `said` is its own code for why."""

    said: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The gateway fell silent after the message was on its way."""


Answer: TypeAlias = Accepted | Later | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any span of `per`, as a provider publishes it."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a gateway is handed it.

    `id` stays the same over every try: a provider may use it to drop a repetition. `values` are those by which a
    provider fills a text of its own (template-coded SMS). `unsubscribe`: the address by which the recipient ends
    messages of this kind.
    """

    id: str
    address: str
    words: Words
    language: str
    kind: str = ""
    community: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    unsubscribe: str | None = None


class Gateway(Protocol):
    """A provider that delivers messages by one channel.

    `rates`: how much an account may be given, `rates_each`: how much one recipient.
    """

    rates: tuple[Rate, ...]
    rates_each: tuple[Rate, ...]

    def account(self, address: str) -> str:
        """The account whose limits count for `address`, the same in all replicas."""
        ...

    async def send(self, message: Outgoing) -> Answer:
        """Hand `message` over. Nothing that a provider or a network can cause is raised."""
        ...
