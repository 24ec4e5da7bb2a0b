"""A pace: work, then rest for as long as the work took, several times over."""

import time
from collections.abc import Awaitable, Callable


class Pace:
    """Keeps work that can wait to a share of the time, however long one turn of it takes."""

    def __init__(self, rest: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rest = rest
        self._now = now
        self._rested = 0.0

    async def take(self, work: Callable[[], Awaitable[int]]) -> int:
        """Do `work` and return what it returns; 0, and nothing done, while the rest after the last time goes on."""
        began = self._now()
        if began < self._rested:
            return 0
        done = await work()
        took = self._now() - began
        self._rested = began + took * (1 + self._rest) if done else 0.0
        return done
