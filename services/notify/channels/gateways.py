"""Gateways: the interface by which a rendered text is sent, and the answers that a gateway can give.

`Later` and `Refused` are definite: the gateway does not have the message. After `Unknown` the gateway may have it, so
the message is never sent again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeAlias, runtime_checkable

from services.notify.channels.domain.mailboxes import Mailbox
from services.notify.shared.texts import Words


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has taken the message. `id` is the gateway's id for it, None if it gives none."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """The gateway does not take the message now. With `full` it takes no message at all for `after`, and this does not
    count as an attempt. With `each` that concerns the recipient alone, and others are sent theirs. `fault` is what the
    gateway says is wrong with the account, of which it takes nothing before somebody has put that right."""

    after: timedelta | None = None
    full: bool = False
    each: bool = False
    fault: str | None = None


NO_TEXT = "no-approved-text"
"""What a gateway says that carries approved texts alone, of a kind for which it has none."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway will never take the message. `said` is its own code for the reason, `mailbox` what that tells of the
    mailbox to which a mail was to go."""

    said: str | None = None
    mailbox: Mailbox = Mailbox.UNBLAMED


@dataclass(frozen=True, slots=True)
class Unknown:
    """The gateway gave no answer after the message was on its way."""


Answer: TypeAlias = Accepted | Later | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Rate:
    """A provider's published limit: at most `count` messages in any span of `per`."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in the form in which gateways get it.

    `id` is the same in every try, so that a provider can drop a repetition. A provider fills a text of its own with
    `values` (template-coded SMS). `unsubscribe` is the address by which the recipient ends messages of this kind;
    `answers` are those in the text at which what it asks is answered. A mail that went to another address before says
    how often it was `readdressed`.
    """

    id: str
    address: str
    words: Words
    language: str
    kind: str = ""
    community: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    unsubscribe: str | None = None
    answers: tuple[str, ...] = ()
    readdressed: int = 0


class Gateway(Protocol):
    """A provider that delivers messages by one channel.

    `rates` limit the messages of an account, `rates_each` those to one recipient.
    """

    rates: tuple[Rate, ...]
    rates_each: tuple[Rate, ...]

    def account(self, address: str) -> str:
        """The account whose limits count for `address`, the same in all replicas."""
        ...

    async def send(self, message: Outgoing) -> Answer:
        """Hand `message` over. Nothing that a provider or a network can cause is raised."""
        ...


@runtime_checkable
class ManyAtOnce(Gateway, Protocol):
    """A provider that takes several messages in one call, at most `at_once`."""

    at_once: int

    async def send_many(self, messages: Sequence[Outgoing]) -> Sequence[Answer]:
        """Hand `messages` of one account over; what is said to each, in their order. Nothing is raised, as `send`."""
        ...
