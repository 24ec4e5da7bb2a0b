"""Commands and handlers of several processes, stopped at each of their reads and writes and carried on in any order.

`Shelf` stands for `Aggregates`: the same promises (a write is made only to the version that was read; an event's
effect once), kept in memory, with a halt before each read and each write. A process is a coroutine that a test steps,
kills, or leaves without an answer to its write, which then lands later or never.
"""

import types
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from services.chassis.aggregate import Aggregate, Decision
from services.chassis.errors import CommunityError, UnknownAggregate
from services.chassis.store.aggregates import Cause, Kind, Stored
from services.chassis.store.unavailable import StoreUnavailable
from services.chassis.subscriber.handlers import Received
from services.contracts.envelope import Envelope
from services.contracts.event import Event
from tests.unit.volunteers.world import NOW


@dataclass(frozen=True)
class Halt:
    """Where a process stands: before a read, or before the write that it has decided on."""

    lands: Callable[[], bool] | None = None


@types.coroutine
def halt(where: Halt) -> Generator[Halt, None, None]:
    yield where


class Shelf:
    """The aggregates of one kind. `said`: of each aggregate, its events in order."""

    def __init__(self, kind: Kind[Any], clock: Callable[[], datetime]) -> None:
        self.kind = kind
        self.said: dict[str, list[Event]] = {}
        self._clock = clock
        self._stands: dict[str, Stored[Any]] = {}
        self._taken: dict[str, set[str]] = {}

    def put(self, aggregate: Aggregate) -> None:
        self._stands[aggregate.id] = Stored(aggregate, 1)

    def now(self, id: str) -> Any:
        """The aggregate as it stands, for who looks from outside."""
        return self._stands[id].aggregate

    async def find(self, id: str) -> Stored[Any] | None:
        await halt(Halt())
        return self._stands.get(id)

    async def get(self, id: str) -> Stored[Any]:
        found = await self.find(id)
        if found is None:
            raise UnknownAggregate(kind=self.kind.name, id=id)
        return found

    async def change(
        self,
        id: str,
        decide: Callable[[Any, datetime], Decision[Any]],
        cause: Cause,
        *,
        taken: object = None,
        **_: object,
    ) -> Stored[Any]:
        while True:
            before = await self.get(id)
            if taken is not None and str(taken) in self._taken.get(id, ()):
                return before
            decision = decide(before.aggregate, self._clock())
            if not decision.events:
                return before
            write = self._writing(id, before, decision, taken)
            await halt(Halt(write))
            if write():
                return self._stands[id]

    def _writing(self, id: str, before: Stored[Any], decision: Decision[Any], taken: object) -> Callable[[], bool]:
        after = Stored(decision.aggregate, before.version + len(decision.events))

        def write() -> bool:
            if self._stands[id].version != before.version:
                return False
            self._stands[id] = after
            self.said.setdefault(id, []).extend(decision.events)
            if taken is not None:
                self._taken.setdefault(id, set()).add(str(taken))
            return True

        return write


@dataclass
class Process:
    """A command or a handler under way. `since`: when it last moved."""

    name: str
    since: datetime
    _work: Coroutine[Halt, None, Any]
    ended: bool = field(default=False, init=False)
    _where: Halt = field(default_factory=Halt, init=False)

    def step(self, now: datetime) -> None:
        """On to the next halt, or to the end; a refusal is an end too."""
        self._on(lambda: self._work.send(None), now)

    def kill(self) -> None:
        self._work.close()
        self.ended = True

    @property
    def writes(self) -> bool:
        return self._where.lands is not None

    def unanswered(self, now: datetime) -> Callable[[], bool]:
        """Its write gets no answer, as when the store is away; what is returned lands it."""
        lands = cast(Callable[[], bool], self._where.lands)
        self._on(lambda: self._work.throw(StoreUnavailable()), now)
        return lands

    def _on(self, move: Callable[[], Halt], now: datetime) -> None:
        self.since = now
        try:
            self._where = move()
        except (StopIteration, CommunityError):
            self.ended = True


def received(event: Event, id: str, sequence: int, community: str, by: str) -> Received[Any]:
    """An event as it reaches a handler."""
    envelope = Envelope(
        id=f"{id}.{sequence}",
        type=event.type,
        source="urn:community:volunteers",
        subject=id,
        time=NOW,
        sequence=sequence,
        partitionkey=id,
        community=community,
    )
    return Received(envelope, event, by)
