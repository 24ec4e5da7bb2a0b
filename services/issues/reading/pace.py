"""A pace: work, then rest for as long as the work took, several times over, and longer while others wait."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_TURNS = 5
_NOTICED = 0.0005
"""Seconds of a turn of the event loop from which on there is something else to do: an idle one takes a tenth of it."""


async def a_turn() -> float:
    """How long a turn of the event loop takes now, in seconds: what everybody else does in it."""
    began = time.monotonic()
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    return (time.monotonic() - began) / _TURNS


class Pace:
    """Keeps work that can wait to a share of the time, however long one turn of it takes.

    Args:
        rest: how many times as long as the work took nothing is done, on an idle loop. On a busy one more, in
            proportion to its turns.
    """

    def __init__(
        self,
        rest: float,
        now: Callable[[], float] = time.monotonic,
        turn: Callable[[], Awaitable[float]] = a_turn,
    ) -> None:
        self._rest = rest
        self._now = now
        self._turn = turn
        self._rested = 0.0

    async def take(self, work: Callable[[], Awaitable[int]]) -> int:
        """Do `work` and return what it returns; 0, and nothing done, while the rest after the last time goes on."""
        if self._now() < self._rested:
            return 0
        busy = await self._turn() / _NOTICED
        began = self._now()
        done = await work()
        took = self._now() - began
        self._rested = began + took * (1 + self._rest * (1 + busy)) if done else 0.0
        return done
