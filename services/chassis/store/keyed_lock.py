"""A lock per key: commands of one process on one aggregate queue here instead of losing races to each other."""

import asyncio
from contextlib import AbstractAsyncContextManager


class KeyedLock:
    """A queue for each id that somebody waits for."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}

    def __len__(self) -> int:
        """The number of ids that somebody waits for."""
        return len(self._queues)

    def of(self, id: str) -> AbstractAsyncContextManager[None]:
        """Wait for the turn on `id`, and keep it inside."""
        return _Turn(self._queues, id)


class _Queue:
    __slots__ = ("lock", "waiting")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0


class _Turn:
    """One turn. A class and no generator: every command on an aggregate takes one."""

    __slots__ = ("_id", "_queue", "_queues")

    def __init__(self, queues: dict[str, _Queue], id: str) -> None:
        self._queues = queues
        self._id = id
        queue = queues.get(id)
        if queue is None:
            queue = queues[id] = _Queue()
        self._queue = queue
        queue.waiting += 1

    async def __aenter__(self) -> None:
        try:
            await self._queue.lock.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *error: object) -> None:
        self._queue.lock.release()
        self._leave()

    def _leave(self) -> None:
        self._queue.waiting -= 1
        if self._queue.waiting == 0:
            self._queues.pop(self._id, None)
