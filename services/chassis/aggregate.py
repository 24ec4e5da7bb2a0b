"""Aggregates and decisions: the pure side of every command.

A domain function takes an aggregate, what is asked, who asks and the time, and returns a `Decision`: the changed
aggregate and the events that say what happened. It raises a `CommunityError` to refuse. It does no I/O.
"""

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from services.chassis.principal import Principal
from services.contracts.event import Event, State
from services.contracts.marks import Thing
from services.contracts.value import Value


class Aggregate(Value):
    """The unit of consistency: one document, changed by one command at a time."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Thing[str]
    community: Thing[str]

    def public(self) -> State | None:
        """The state that the `.state` topic shows; None where the topic shows none (erased, or not public at all)."""
        return None

    def whole(self) -> State | None:
        """The state with all that may be shown to somebody. It is `public()` unless the aggregate `withholds`."""
        return self.public()

    @property
    def withholds(self) -> bool:
        """Whether topics are told less of the aggregate than `whole`."""
        return False

    @property
    def veil(self) -> Mapping[str, Any] | None:
        """What stands, as JSON, in the public fields of these names of facts that still wait when the aggregate begins
        to withhold something. Where it is None, they are replaced as a whole by what is told of it then."""
        return None

    def hides_from(self, by: Principal | None) -> bool:
        """Whether `by`, who belongs to its community, may not know of the aggregate all the same; None is anybody."""
        return False

    def told(self, event: Event) -> Event | None:
        """The event that the topic is told in place of `event`, which led to this aggregate; None for none.

        Asked only where the aggregate `withholds`.
        """
        return event

    @property
    def kept_inside(self) -> bool:
        """Whether nothing of the aggregate was or will be public: then its topic gets no tombstone either."""
        return False

    @cached_property
    def public_state(self) -> State | None:
        """`whole()`, made once. Events and answers show this state, and so does the topic where nothing is withheld."""
        return self.whole()


A = TypeVar("A", bound=Aggregate)
E = TypeVar("E", bound=Event)
M = TypeVar("M", bound=BaseModel)


def event_from(event: type[E], changed: Aggregate, **more: Any) -> E:
    """The `event` with each field of the public state of `changed`, and `more` for what is no part of the state.

    So a fact and the state after it can't differ in a field, which is the law of folding. Fields of a first event are
    all fields of the state, since its model has them all.
    """
    state = changed.public_state
    if state is None:
        return event(**more)
    if not more and _is_whole(event, type(state)):
        return assembled(event, state.__dict__)
    shown = type(state).model_fields.keys() & event.model_fields.keys() - more.keys()
    return event(**{name: getattr(state, name) for name in shown}, **more)


def assembled(model: type[M], values: Mapping[str, Any]) -> M:
    """A `model` of `values` that fields of the same types have validated a moment ago: they are not validated again.

    Pydantic makes its own copies in this way; `model_construct` goes through the fields one by one in Python.

    Raises:
        KeyError: a field has no value, defaults included.
    """
    made = model.__new__(model)
    names = _names(model)
    object.__setattr__(made, "__dict__", {name: values[name] for name in names})
    object.__setattr__(made, "__pydantic_fields_set__", set(names))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


@cache
def _names(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(model.model_fields)


@cache
def _is_whole(event: type[Event], state: type[State]) -> bool:
    """Whether `event` has the fields of `state`, of the same types, and no others."""
    return {n: f.annotation for n, f in event.model_fields.items()} == {
        n: f.annotation for n, f in state.model_fields.items()
    }


@dataclass(frozen=True, slots=True)
class Decision(Generic[A]):
    """The outcome of a command. No events means that nothing changed, and nothing is written.

    `actor`: who stands on record for it, where that is not who asked but a name that hides them.
    """

    aggregate: A
    events: tuple[Event, ...] = ()
    actor: str | None = None


def decided(aggregate: A, *events: Event) -> Decision[A]:
    """A decision with `events` and nothing else."""
    return Decision(aggregate, events)


def of_command(decision: Decision[A], command: str | None) -> Decision[A]:
    """`decision` with `command` in each of its events that tells the command which it follows with others."""
    if command is None or not decision.events:
        return decision
    told = {"command": command}
    events = [
        each.model_copy(update=told) if "command" in type(each).model_fields else each for each in decision.events
    ]
    return replace(decision, events=tuple(events))


def new_id(kind: str) -> str:
    """A fresh id, `kind-` and 26 hexadecimal digits: 48 bits of milliseconds, then 56 random ones."""
    return f"{kind}-{(time.time_ns() // 1_000_000).to_bytes(6).hex()}{os.urandom(7).hex()}"


Naming = Callable[..., str]
"""As `derived_id`, but with a secret in it (`secret.naming_with`): an id tells nothing of its parts to who reads it."""


def derived_id(kind: str, *parts: str) -> str:
    """The id that belongs to `parts`, the same every time, so that a repeated creation finds the first one.

    Who can guess the parts can try them. Where ids are read that may not lead to their parts, `Naming` makes them.
    """
    digest = hashlib.sha256("\x1f".join((kind, *parts)).encode()).hexdigest()
    return f"{kind}-{digest[:26]}"
