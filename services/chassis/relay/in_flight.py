"""What a lane of the relay has sent: the rounds under way, and how far the events of each aggregate have come."""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Mapping
from typing import Any

from services.chassis.relay.packing import PackedRound, Stretch
from services.chassis.store.mongo import Document

_REMEMBERED = 5.0
"""Seconds for which it is known what was cleared out of an outbox. A commit is handed over when its own command hears
of it, and a look may have found it before that."""

_LAST_ROUNDS = 2.0
"""Seconds that rounds under way may take when the relay ends."""


class InFlight:
    """The sequences of events that are under way or have lately arrived, by aggregate.

    An aggregate joins no round before its last one is acknowledged, and no event is sent again that has arrived and
    waits for its outbox to be cleared.
    """

    def __init__(self) -> None:
        self._unacknowledged: dict[str, int] = {}
        self._behind: set[str] = set()
        self._sent: dict[str, int] = {}
        self._cleared: deque[tuple[float, str, int]] = deque()

    def may_go(self, found: Document) -> bool:
        """Whether the events of the document may join a round. Where they may not, newer ones are behind."""
        id = found["_id"]
        under_way = self._unacknowledged.get(id)
        if under_way is not None and found["outbox"][-1]["seq"] > under_way:
            self._behind.add(id)
        return under_way is None

    def sent(self, id: str) -> int:
        """The last sequence of the aggregate that has arrived, as far as it is remembered; 0 where it isn't."""
        return self._sent.get(id, 0)

    def departs(self, load: PackedRound) -> None:
        """`load` is sent."""
        self._unacknowledged |= {id: stretch.last for id, stretch in load.stretches.items()}

    def acknowledged(self, load: PackedRound) -> bool:
        """`load` was answered, well or not: the next events of its aggregates may go. Whether there are some behind."""
        for id in load.stretches:
            del self._unacknowledged[id]
        if self._behind.isdisjoint(load.stretches):
            return False
        self._behind -= load.stretches.keys()
        return True

    def arrived(self, stretches: Mapping[str, Stretch]) -> None:
        """`stretches` have arrived, and are not sent again."""
        self._sent.update({id: stretch.last for id, stretch in stretches.items()})

    def cleared(self, load: PackedRound) -> None:
        """What has arrived of `load` is out of the outboxes."""
        now = time.monotonic()
        self._cleared += [(now, id, stretch.last) for id, stretch in load.stretches.items()]

    def not_cleared(self, load: PackedRound) -> None:
        """`load` is sent once more: it is still in the outboxes."""
        for id, stretch in load.stretches.items():
            self._forget(id, stretch.last)

    def forget_cleared(self) -> None:
        """Forget what was cleared so long ago that no document handed over can still hold it."""
        before = time.monotonic() - _REMEMBERED
        while self._cleared and self._cleared[0][0] < before:
            _, id, last = self._cleared.popleft()
            self._forget(id, last)

    def _forget(self, id: str, last: int) -> None:
        if self._sent.get(id) == last:
            del self._sent[id]


class Rounds:
    """Rounds that run side by side, `most` of them at a time.

    An error that a round did not expect comes up in whichever call finds the round ended.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, round: Coroutine[Any, Any, None]) -> None:
        """Let `round` run."""
        self._tasks.add(asyncio.create_task(round))

    async def make_room(self) -> None:
        """Wait until another one may begin."""
        while len(self._tasks) >= self._most:
            await self._reap(asyncio.FIRST_COMPLETED)

    async def reap(self) -> None:
        """Take those away that have ended."""
        if any(task.done() for task in self._tasks):
            await self._reap(asyncio.FIRST_COMPLETED)

    async def finish(self) -> None:
        """Wait until all have ended."""
        while self._tasks:
            await self._reap(asyncio.ALL_COMPLETED)

    async def stop(self) -> None:
        """Give them a moment to end, then cut them off."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST_ROUNDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _reap(self, when: str) -> None:
        done, self._tasks = await asyncio.wait(self._tasks, return_when=when)
        for task in done:
            task.result()
