"""The pace of work that can wait, but not for long: it rests after its passes, and the less the later it is.

Rows and counts are drawn in the process that also carries out commands. A pass holds these up, so a rest follows it, in
proportion to what the pass took and to how busy the event loop is. A rest alone would have no bound: passes of two
seconds on a loop whose turns take 60 ms once rested for a quarter of an hour. Therefore what waits never gets older by
resting than the patience that the pace was given; what is older than that is worked on without any rest.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_TURNS = 2
_NOTICED = 0.0005
"""Seconds of a turn of the event loop from which on there is something else to do: an idle one takes a tenth of it."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass of work has done: how many things, and how old, in seconds, the oldest of them was."""

    done: int
    oldest: float = 0.0


async def a_turn() -> float:
    """How long a turn of the event loop takes now, in seconds: what everybody else does in it."""
    began = time.monotonic()
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    return (time.monotonic() - began) / _TURNS


class Pace:
    """Keeps work that can wait to a share of the time, as long as nothing waits for longer than `patience`.

    Args:
        rest: how many times as long as the pass took the pace rests on an idle loop. On a busy one more, in proportion
            to its turns.
        patience: the age in seconds that what waits may reach by resting. No rest is longer than this.
    """

    def __init__(
        self,
        rest: float,
        patience: float,
        now: Callable[[], float] = time.monotonic,
        turn: Callable[[], Awaitable[float]] = a_turn,
    ) -> None:
        self._rest = rest
        self._patience = patience
        self._now = now
        self._turn = turn
        self._rested = 0.0

    async def take(self, work: Callable[[], Awaitable[Pass]]) -> int:
        """Do one pass of `work` and return how much it did; 0, and nothing done, while the rest goes on."""
        if self._now() < self._rested:
            return 0
        busy = await self._turn() / _NOTICED
        began = self._now()
        made = await work()
        ended = self._now()
        if made.done:
            in_proportion = (ended - began) * self._rest * (1 + busy)
            self._rested = ended + min(in_proportion, max(0.0, self._patience - made.oldest))
        return made.done
