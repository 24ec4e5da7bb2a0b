"""Token buckets: how many requests a caller may send in a row, and how fast they come back.

The count is kept in this process: each replica allows the whole rate, so that with n replicas a caller gets up to n
times as much. The rate protects a replica from overload; a quota across replicas belongs to the edge. Memory is
bounded: where there are more callers than places, the one longest unseen is forgotten, and starts full again.
"""

import time
from collections.abc import Callable

from services.chassis.cache import Cache


class Buckets:
    """One bucket for each caller, kept for at most `places` callers."""

    def __init__(
        self,
        per_second: float,
        burst: int,
        *,
        places: int = 50_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_second = per_second
        self.burst = burst
        self._clock = clock
        self._levels = Cache[str, tuple[float, float]](places)

    def take(self, caller: str) -> float:
        """Take one request out of the bucket of `caller`. Returns 0 where there was one, else the seconds until there
        is."""
        now = self._clock()
        level, since = self._levels.get(caller) or (float(self.burst), now)
        level = min(self.burst, level + (now - since) * self.per_second)
        wait = 0.0 if level >= 1 else (1 - level) / self.per_second
        self._levels.put(caller, (level - 1 if wait == 0 else level, now))
        return wait


def buckets_of(per_second: float, burst: int) -> Buckets | None:
    """Buckets as settings describe them; None where the rate is 0, which switches the limit off."""
    return Buckets(per_second, burst) if per_second > 0 else None
