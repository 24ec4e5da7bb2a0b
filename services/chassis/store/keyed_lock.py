"""A lock for each key: work of one process on one thing queues here, instead of racing for it."""

import asyncio
from contextlib import AbstractAsyncContextManager


class KeyedLock:
    """Locks by id. A lock exists while somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}

    def __len__(self) -> int:
        """The number of ids whose lock is held."""
        return len(self._queues)

    def of(self, id: str) -> AbstractAsyncContextManager[None]:
        """The lock of `id`, to be held inside a `with` block."""
        return _Turn(self._queues, id)


class _Queue:
    __slots__ = ("lock", "waiting")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0


class _Turn:
    """One holding of a lock. It is a class, not a generator, because a class is faster and every command takes one."""

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
