"""A lock per key: commands of one process on one aggregate queue here instead of losing races to each other."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class KeyedLock:
    """A queue for each id that somebody waits for."""

    def __init__(self) -> None:
        self._queues: defaultdict[str, _Queue] = defaultdict(_Queue)

    def __len__(self) -> int:
        """The number of ids that somebody waits for."""
        return len(self._queues)

    @asynccontextmanager
    async def of(self, id: str) -> AsyncIterator[None]:
        """Wait for the turn on `id`, and keep it inside."""
        queue = self._queues[id]
        queue.waiting += 1
        try:
            async with queue.lock:
                yield
        finally:
            queue.waiting -= 1
            if queue.waiting == 0:
                self._queues.pop(id, None)


class _Queue:
    __slots__ = ("lock", "waiting")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0
