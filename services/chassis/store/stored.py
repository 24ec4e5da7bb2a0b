"""The types by which stores and callers speak of aggregates: kind, stored aggregate, page, cause of a change, and mark
of an event taken."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.store.mongo import Document
from services.chassis.words import name_kind
from services.contracts.event import State
from services.contracts.topics import Topic

A = TypeVar("A", bound=Aggregate)

Count = Callable[[str, str], None]
"""Called with the kind and the outcome of each command."""
Committed = Callable[[Document | None], None]
"""Called for each commit with the document in the form that the relay reads, or None where older events may wait in it
too."""


@cache
def writer() -> str:
    """The name of this process in documents and leases. It is made when it is asked for first, so that a process forked
    from one that has imported this has a name of its own."""
    return f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"


@dataclass(frozen=True, slots=True)
class Kind(Generic[A]):
    """One type of aggregate. `name` is its word in ids and subjects, `zh` and `en` are its words for people; `state` is
    the type of state that its topic shows, None for none."""

    name: str
    collection: str
    model: type[A]
    topic: Topic
    state: type[State] | None
    zh: str | None = None
    en: str | None = None

    def __post_init__(self) -> None:
        if self.zh is not None and self.en is not None:
            name_kind(self.name, self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Stored(Generic[A]):
    """An aggregate with the version at which it is stored."""

    aggregate: A
    version: int


@dataclass(frozen=True, slots=True)
class Page(Generic[A]):
    """One page of a list. `next` is the cursor of the following page, None on the last one."""

    items: list[Stored[A]]
    next: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """The cause of a command: who asked, which event or request it follows, and in which trace."""

    actor: str
    causationid: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The mark of an event's effect on an aggregate: which handler took which event of which source."""

    by: str
    source: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.by}:{self.source}#{self.sequence}"


def stored_in(model: type[A], document: Document) -> Stored[A]:
    """The aggregate that `document` holds."""
    return Stored(model.model_validate({**document["state"], "id": document["_id"]}), document["v"])
