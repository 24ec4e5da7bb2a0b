"""Keeps account of the rounds that a lane of the relay has under way, and of the last event sent of each aggregate."""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Mapping
from typing import Any

from services.chassis.relay.packing import PackedRound, Stretch
from services.chassis.store.mongo import Document

_REMEMBERED = 5.0
"""Seconds for which events that were cleared out of an outbox are remembered. A commit is handed over when its command
hears of it, and a look may have found and sent it before that."""

_LAST_ROUNDS = 2.0
"""Seconds that rounds under way may still take when the relay ends."""


class InFlight:
    """The sequences of events that are under way or have lately arrived, by aggregate.

    An aggregate joins no round before its previous round is acknowledged. An event that has arrived, but is not cleared
    out of its outbox yet, is not sent again.
    """

    def __init__(self) -> None:
        self._unacknowledged: dict[str, int] = {}
        self._behind: set[str] = set()
        self._sent: dict[str, int] = {}
        self._cleared: deque[tuple[float, str, int]] = deque()

    def may_go(self, found: Document) -> bool:
        """Whether the events of the document `found` may join a round. Where they may not, its newer events are noted,
        so that `acknowledged` tells of them."""
        id = found["_id"]
        under_way = self._unacknowledged.get(id)
        if under_way is not None and found["outbox"][-1]["seq"] > under_way:
            self._behind.add(id)
        return under_way is None

    def sent(self, id: str) -> int:
        """The highest sequence of the aggregate `id` known to have arrived; 0 where none is remembered."""
        return self._sent.get(id, 0)

    def departs(self, load: PackedRound) -> None:
        """Note that `load` is being sent."""
        self._unacknowledged |= {id: stretch.last for id, stretch in load.stretches.items()}

    def acknowledged(self, load: PackedRound) -> bool:
        """Note that `load` was answered, well or not, so that the next events of its aggregates may go. Returns whether
        such events were noted meanwhile."""
        for id in load.stretches:
            del self._unacknowledged[id]
        if self._behind.isdisjoint(load.stretches):
            return False
        self._behind -= load.stretches.keys()
        return True

    def arrived(self, stretches: Mapping[str, Stretch]) -> None:
        """Note that `stretches` have arrived and must not be sent again."""
        self._sent.update({id: stretch.last for id, stretch in stretches.items()})

    def cleared(self, load: PackedRound) -> None:
        """Note that the events of `load` which have arrived are out of the outboxes."""
        now = time.monotonic()
        self._cleared += [(now, id, stretch.last) for id, stretch in load.stretches.items()]

    def not_cleared(self, load: PackedRound) -> None:
        """Note that `load` is still in the outboxes, so that its events are sent once more."""
        for id, stretch in load.stretches.items():
            self._forget(id, stretch.last)

    def forget_cleared(self) -> None:
        """Forget events that were cleared so long ago that no document handed over can still hold them."""
        before = time.monotonic() - _REMEMBERED
        while self._cleared and self._cleared[0][0] < before:
            _, id, last = self._cleared.popleft()
            self._forget(id, last)

    def _forget(self, id: str, last: int) -> None:
        if self._sent.get(id) == last:
            del self._sent[id]


class Rounds:
    """Runs rounds side by side, at most `most` at a time.

    An error that escapes a round is raised by the next call that finds the round ended.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, round: Coroutine[Any, Any, None]) -> None:
        """Start `round`."""
        self._tasks.add(asyncio.create_task(round))

    async def make_room(self) -> None:
        """Wait until another round may begin."""
        while len(self._tasks) >= self._most:
            await self._reap(asyncio.FIRST_COMPLETED)

    async def reap(self) -> None:
        """Remove the rounds that have ended, without waiting for others."""
        if any(task.done() for task in self._tasks):
            await self._reap(asyncio.FIRST_COMPLETED)

    async def finish(self) -> None:
        """Wait until all rounds have ended."""
        while self._tasks:
            await self._reap(asyncio.ALL_COMPLETED)

    async def stop(self) -> None:
        """Give the rounds a moment to end, then cancel them."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST_ROUNDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _reap(self, when: str) -> None:
        done, self._tasks = await asyncio.wait(self._tasks, return_when=when)
        for task in done:
            task.result()
