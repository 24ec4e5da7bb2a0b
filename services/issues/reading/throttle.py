"""Sets the pace of work that can wait, but not for long: it rests after each pass, and less the later the work is.

Rows and counts are drawn in the process that also carries out commands. A pass holds commands up, so a rest follows it,
in proportion to the length of the pass and to how busy the event loop is. Such a rest alone would have no bound: passes
of two seconds on a loop whose turns take 60 ms once rested for a quarter of an hour. Therefore waiting work never gets
older by resting than the patience that the pace was given; work that is older is done without any rest.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_TURNS = 2
_NOTICED = 0.0005
"""Seconds of a turn from which on the event loop counts as busy: a turn of an idle loop takes a tenth of that."""


@dataclass(frozen=True, slots=True)
class Pass:
    """The result of one pass: how many things it did, and the age in seconds of the oldest."""

    done: int
    oldest: float = 0.0


async def a_turn() -> float:
    """The seconds that a turn of the event loop takes now, which is the time that other tasks use."""
    began = time.monotonic()
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    return (time.monotonic() - began) / _TURNS


class Pace:
    """Keeps work that can wait to a share of the time, as long as nothing waits for longer than `patience`.

    Args:
        rest: the length of a rest on an idle loop, in lengths of the pass before it. On a busy loop a rest is longer,
        in proportion to the loop's turns.
        patience: the age in seconds that waiting work may reach by resting. No rest is longer than this.
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
        """Do one pass of `work` and return how many things it did; while the rest goes on, return 0 and do nothing."""
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
