"""A queue for each key: calls for the same key are served together, with one round of a queue under way at a time.

The first call is served at once. Calls that come meanwhile gather, and are served in one round, in which each gets an
answer of its own. A caller who leaves is not waited for, and does not affect others. While the store is away, calls
that have waited long behind a round that found it so fail with it, as they would have alone.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from services.chassis.store.batcher import PATIENCE, pause_behind
from services.chassis.store.unavailable import StoreUnavailable

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 64
"""The most calls that one round serves."""


@dataclass(slots=True, eq=False)
class Call(Generic[T, R]):
    """One call that has waited for its answer since the event loop's time `since`."""

    item: T
    future: "asyncio.Future[R]"
    since: float

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for the answer any more, because it was given or the caller has left."""
        return self.future.done()

    def answer(self, result: R) -> None:
        """Give the answer."""
        if not self.future.done():
            self.future.set_result(result)

    def refuse(self, error: Exception) -> None:
        """Raise `error` in the caller."""
        if not self.future.done():
            self.future.set_exception(error)


Serve = Callable[[Sequence[Call[T, R]]], Awaitable[int]]
"""Answers the first ones of some calls, and returns how many. The others come first in the next round."""


@dataclass(slots=True)
class _Queue(Generic[T, R]):
    serve: Serve[T, R]
    waiting: deque[Call[T, R]] = field(default_factory=deque)


class Queues(Generic[T, R]):
    """The queues of all keys. `serving` makes the function that serves a key, each time that a queue for it begins."""

    def __init__(self, serving: Callable[[str], Serve[T, R]], *, patience: float = PATIENCE) -> None:
        self._serving = serving
        self._patience = patience
        self._queues: dict[str, _Queue[T, R]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """The number of keys for which calls wait."""
        return len(self._queues)

    async def __call__(self, key: str, item: T) -> R:
        """The answer to `item`. A call that is cancelled before its round begins is not carried out."""
        loop = asyncio.get_running_loop()
        call: Call[T, R] = Call(item, loop.create_future(), loop.time())
        queue = self._queues.get(key)
        if queue is not None:
            queue.waiting.append(call)
            return await call.future
        queue = self._queues[key] = _Queue(self._serving(key))
        try:
            while not call.is_over:
                await self._round(queue, [call])
        finally:
            self._go_on(key, queue)
        return call.future.result()

    def _go_on(self, key: str, queue: _Queue[T, R]) -> None:
        """End the first call of a queue. Calls that have gathered behind it are served in a task of their own."""
        if not queue.waiting:
            del self._queues[key]
            return
        task = asyncio.create_task(self._rounds(key, queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _rounds(self, key: str, queue: _Queue[T, R]) -> None:
        served = 0
        try:
            while queue.waiting:
                if pause := pause_behind(served):
                    await asyncio.sleep(pause)
                calls: list[Call[T, R]] = []
                while queue.waiting and len(calls) < AT_ONCE:
                    call = queue.waiting.popleft()
                    if not call.is_over:
                        calls.append(call)
                if calls:
                    served = await self._round(queue, calls)
                    queue.waiting.extendleft(reversed(calls[served:]))
        finally:
            del self._queues[key]
            for call in queue.waiting:  # reached when the process ends
                call.future.cancel()

    async def _round(self, queue: _Queue[T, R], calls: Sequence[Call[T, R]]) -> int:
        try:
            return await queue.serve(calls)
        except asyncio.CancelledError:
            for call in calls:
                call.future.cancel()
            raise
        except Exception as error:  # raised again in each of the callers
            for call in calls:
                call.refuse(error)
            if isinstance(error, StoreUnavailable):
                self._give_up(queue, error)
            return len(calls)

    def _give_up(self, queue: _Queue[T, R], error: Exception) -> None:
        """Raise `error` in the callers who have waited too long. The first in the queue have waited longest."""
        latest = asyncio.get_running_loop().time() - self._patience
        while queue.waiting and queue.waiting[0].since < latest:
            queue.waiting.popleft().refuse(error)
