"""The table of what a service does on events of others: from the type of an event to its handler.

There are three kinds of handler, from the most to the least powerful:
- `on`: issues commands. Creations use derived ids, changes pass `taken=received.taken`; so a repetition has no effect.
- `write`: a pure function from an event to write operations under deterministic ids; a batch's operations travel in one
  bulk write.
- `copy`: keeps the public state of another service's aggregates in a collection of one's own, fed by a `.state` topic.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.chassis.errors import Unavailable
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Cause, Taken
from services.chassis.store.mongo import Document, WriteOp
from services.contracts.envelope import Envelope
from services.contracts.event import Event, State

E = TypeVar("E", bound=Event)


class NotYet(Unavailable, code="not-yet", zh="所依赖的数据尚未到达。", en="What this depends on has not arrived yet."):
    """A handler needs something that another event brings. The handler is tried again for a while."""


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """An event as it reaches a handler."""

    envelope: Envelope
    event: E
    by: str
    traceparent: str | None = None

    @property
    def cause(self) -> Cause:
        """The cause of the commands that follow from this event."""
        return Cause(SYSTEM, self.envelope.id, self.traceparent or self.envelope.traceparent)

    @property
    def taken(self) -> Taken:
        """The mark that this event's effect leaves on an aggregate."""
        return Taken(self.by, self.envelope.aggregate_id, self.envelope.sequence)


Reaction = Callable[[Received[Any]], Awaitable[None]]
Writer = Callable[[Received[Any]], Sequence[WriteOp]]
R = TypeVar("R", bound=Reaction)
W = TypeVar("W", bound=Writer)


@dataclass(frozen=True, slots=True)
class Write:
    """A pure handler and the collection that its operations go to."""

    name: str
    collection: str
    function: Writer


@dataclass(frozen=True, slots=True)
class Copy:
    """A collection that mirrors the public state of one type of aggregate.

    Documents: `_id` the aggregate, `seq` its version, `at` the time of the fact that made it, `community`, `state` as
    published; an erased aggregate leaves `gone: true` without a state. Copies of earlier versions have no `at`.
    """

    state: type[State]
    collection: str


class Handlers:
    """The handlers of one service."""

    def __init__(self) -> None:
        self.reactions: dict[str, list[tuple[str, Reaction]]] = {}
        self.writes: dict[str, list[Write]] = {}
        self.copies: dict[str, list[Copy]] = {}
        self.veils: dict[str, str] = {}
        self._models: dict[str, type[Event]] = {}
        self._topics: dict[str, None] = {}

    @property
    def topics(self) -> list[str]:
        """The topics to subscribe to, unprefixed."""
        return list(self._topics)

    def model(self, type: str) -> type[Event] | None:
        """The model of an event type that has a handler."""
        return self._models.get(type)

    def on(self, event: type[Event]) -> Callable[[R], R]:
        """Register `async def f(received: Received[event]) -> None`. Its name is part of the effect's mark: keep it."""

        def register(function: R) -> R:
            self._know(event)
            self.reactions.setdefault(event.type, []).append((_name(function), function))
            return function

        return register

    def write(self, *events: type[Event], collection: str) -> Callable[[W], W]:
        """Register `def f(received) -> Sequence[WriteOp]` for `events`. Its operations must be harmless when
        repeated."""

        def register(function: W) -> W:
            for event in events:
                self._know(event)
                self.writes.setdefault(event.type, []).append(Write(_name(function), collection, function))
            return function

        return register

    def copy(self, state: type[State], collection: str) -> None:
        """Keep `collection` as a copy of the public states of `state`'s aggregates."""
        self._topics[state.topic.state] = None
        self.copies.setdefault(state.type, []).append(Copy(state, collection))

    def unveil(self, veil: type[Event], collection: str) -> None:
        """Hand handlers the event that a `veil` stands for. This service publishes a `veil` in place of an event that
        its aggregates in `collection` withhold, and keeps the event itself.
        """
        self._know(veil)
        self.veils[veil.type] = collection

    def _know(self, event: type[Event]) -> None:
        self._models[event.type] = event.published()
        self._topics[event.topic.name] = None


def _name(function: Callable[..., Any]) -> str:
    return str(function.__name__)


def copied(envelope: Envelope, state: Document | None) -> Document:
    """The update that brings a copy to `state` (None: erased). It changes only a copy that is older."""
    if state is None:
        return {
            "$set": {"seq": envelope.sequence, "community": envelope.community, "gone": True},
            "$unset": {"state": ""},
        }
    return {
        "$set": {"seq": envelope.sequence, "community": envelope.community, "at": envelope.time, "state": state},
        "$unset": {"gone": ""},
    }
