"""A group of commands on one aggregate: each decides in turn on the state that the one before it has left. No I/O.

Each command has its own cause and actor on its events, its receipt, the mark of the event that it takes, and its
refusal. A refused command changes nothing, and the next decides as if it had not come. All changes of the group are one
update, whose last event carries the public state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Generic

from services.chassis.aggregate import Decision
from services.chassis.errors import StaleVersion
from services.chassis.principal import SYSTEM
from services.chassis.store import documents, outbox
from services.chassis.store.mongo import Document
from services.chassis.store.named import Named
from services.chassis.store.receipt import KEPT_OF_A_CROWD, Receipt, keep, replay
from services.chassis.store.stored import A, Cause, Kind, Stored, Taken, stored_in, writer


@dataclass(frozen=True, slots=True, eq=False)
class Change(Generic[A]):
    """One command that changes an aggregate."""

    decide: Callable[[A, datetime], Decision[A]]
    cause: Cause
    expected: int | None = None
    receipt: Receipt | None = None
    taken: Taken | None = None


@dataclass(frozen=True, slots=True)
class Before(Generic[A]):
    """The aggregate that a group finds. `receipts` gives the keys of the stored receipts, with their times;
    `outbox_waits` tells whether older events may wait in the outbox."""

    stored: Stored[A]
    receipts: Mapping[str, datetime] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    outbox_waits: bool = False

    @classmethod
    def read(cls, model: type[A], document: Document) -> "Before[A]":
        """The aggregate in `document`, which was read with `FIELDS`."""
        return cls(
            stored_in(model, document),
            {entry["k"]: entry["at"] for entry in document.get("receipts", ())},
            frozenset(document.get("taken", ())),
            bool(document.get("outbox")),
        )


FIELDS: Document = {"state": 1, "v": 1, "receipts.k": 1, "receipts.at": 1, "taken": 1, "outbox.seq": 1}
"""The projection by which an aggregate is read that is to be changed."""


@dataclass(slots=True)
class CommandOutcome(Generic[A]):
    """The outcome of one command: the aggregate after it, or the refusal.

    `named` are the people whom it newly names. `wrote`: it has something to be written. `relies`: it was decided on a
    state that is not written yet, and holds only once that is written.
    """

    stored: Stored[A] | None = None
    error: Exception | None = None
    named: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    wrote: bool = False
    relies: bool = False


class CommandGroup(Generic[A]):
    """Commands that decide in turn, beginning with the aggregate found `before` them."""

    def __init__(self, kind: Kind[A], before: Before[A], named: Named, clock: Callable[[], datetime]) -> None:
        self.before = before
        self.now = before.stored
        self._kind = kind
        self._named = named
        self._clock = clock
        self._events: list[Document] = []
        self._receipts: list[Document] = []
        self._taken: list[str] = []

    @property
    def writes(self) -> bool:
        """Whether there is something to write."""
        return bool(self._events or self._receipts)

    def add(self, change: Change[A]) -> CommandOutcome[A]:
        """Let one more command decide."""
        relies = self.writes
        try:
            outcome = self._decided(change)
        except Exception as error:  # reported: to the caller
            outcome = CommandOutcome(error=error)
        outcome.relies = relies or outcome.wrote
        return outcome

    def update(self) -> Document:
        """The update of the document that stores all changes of the group.

        Raises:
            EventTooLarge: the state is larger than a message may be.
        """
        aggregate = self.now.aggregate
        if self._events:
            outbox.show(self._events[-1], aggregate, self._kind.state)
        kept = keep(self.before.receipts.values(), self._clock(), len(self._receipts))
        return documents.change(
            aggregate, self.now.version, writer(), self._events, self._receipts, self._taken, keep=kept
        )

    def relayed(self) -> Document | None:
        """The document after the update in the form that the relay reads; None where older events may wait in it
        too."""
        if self.before.outbox_waits:
            return None
        return documents.as_relayed(self.now.aggregate, self.now.version, self._events)

    def after(self) -> Before[A]:
        """The aggregate that the next group finds, if nobody else writes in between."""
        kept = {**self.before.receipts, **{each["k"]: each["at"] for each in self._receipts}}
        lately = dict(islice(kept.items(), max(0, len(kept) - KEPT_OF_A_CROWD), None))
        return Before(self.now, lately, self.before.taken.union(self._taken), outbox_waits=True)

    def _decided(self, change: Change[A]) -> CommandOutcome[A]:
        before, receipt, taken = self.now, change.receipt, change.taken
        if receipt is not None:
            replay({"receipts": self._receipts}, receipt)
        if taken is not None and (str(taken) in self.before.taken or str(taken) in self._taken):
            return CommandOutcome(before)
        if change.expected is not None and change.expected != before.version:
            raise StaleVersion(version=before.version)
        now = self._clock()
        decision = change.decide(before.aggregate, now)
        if not decision.events and receipt is None:
            return CommandOutcome(before)
        stored = Stored(decision.aggregate, before.version + len(decision.events))
        named = self._named.newly(before.aggregate, decision.aggregate)
        events = entries(decision, before.version, now, change.cause)
        if receipt is not None:
            self._receipts.append(receipt.entry(stored, now))
        if taken is not None and events:
            self._taken.append(str(taken))
        self._events += events
        if events:
            self.now = stored
        actor = change.cause.actor
        return CommandOutcome(stored, named=named, asked=named if actor == SYSTEM else named | {actor}, wrote=True)


def entries(decision: Decision[Any], version: int, now: datetime, cause: Cause) -> list[Document]:
    """The entries of the outbox for the events of `decision`, made by `cause` on an aggregate at `version`."""
    return outbox.entries(
        decision,
        version,
        now,
        actor=decision.actor or cause.actor,
        causationid=cause.causationid,
        traceparent=cause.traceparent,
    )
