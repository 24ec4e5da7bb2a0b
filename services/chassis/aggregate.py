"""Aggregates and decisions: the pure side of every command.

A domain function takes an aggregate, what is asked, who asks and the time, and returns a `Decision`: the changed
aggregate and the events that say what happened. It raises a `CommunityError` to refuse. It does no I/O.
"""

import hashlib
import os
import time
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from services.contracts.event import Event, State

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Aggregate(BaseModel):
    """The unit of consistency: one document, changed by one command at a time."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    community: str

    def public(self) -> State | None:
        """What the `.state` topic shows of it; None where it shows nothing (erased, or not public at all)."""
        return None


A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, slots=True)
class Decision(Generic[A]):
    """The outcome of a command. No events means that nothing changed, and nothing is written."""

    aggregate: A
    events: tuple[Event, ...] = ()


def decided(aggregate: A, *events: Event) -> Decision[A]:
    """Shorthand for a decision."""
    return Decision(aggregate, events)


def new_id(kind: str) -> str:
    """A fresh id, `kind-` and 26 characters: 48 bits of milliseconds, then 80 random ones (the layout of a ULID)."""
    return f"{kind}-{_base32((time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10)))}"


def derived_id(kind: str, *parts: str) -> str:
    """The id that belongs to `parts`, the same every time: what makes a repeated creation find the first one."""
    digest = hashlib.sha256("\x1f".join((kind, *parts)).encode()).digest()
    return f"{kind}-{_base32(int.from_bytes(digest[:16]))}"


def _base32(number: int) -> str:
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
