"""The throttle of commands: when the work that follows commands falls behind, fewer commands are carried out at once.

Commands, the relay and the drawing of rows share the processors of a replica. Without a throttle a flood of commands
would be answered while readers see an older and older state. A service names a pressure, from 0 (nothing is behind) to
1 (the bound is reached). The more pressure, the fewer commands of people are under way at once, down to one at a time.
So commands become slower before readers fall too far behind.

What the throttle guarantees: it never stops commands altogether, they pass in the order in which they came, and one
that has waited too long is refused with nothing done. What it does not do: it does not count over replicas; every
replica measures the same pressure and throttles for itself.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from services.chassis.errors import Unavailable

MOST = 32
"""The most commands under way at once, without pressure. More would gain nothing on one event loop."""

PATIENCE = 15.0
"""Seconds that a command waits for its turn before it is refused."""


class Overloaded(
    Unavailable,
    code="overloaded",
    zh="当前请求过多，请稍后用同一个 Idempotency-Key 重试。",
    en="There are too many requests just now. Try again later with the same Idempotency-Key.",
):
    """A command waited too long for its turn, and was not carried out."""


def no_pressure() -> float:
    """The pressure of a service in which nothing can fall behind: 0."""
    return 0.0


class Throttle:
    """Lets commands pass by the present result of `pressure`."""

    def __init__(self, pressure: Callable[[], float] = no_pressure, *, patience: float = PATIENCE) -> None:
        self.pressure = pressure
        self.under_way = 0
        self._patience = patience
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """How many commands wait for their turn."""
        return len(self._waiting)

    def turn(self) -> AbstractAsyncContextManager[None]:
        """The turn of one command.

        Raises:
            Overloaded: the turn did not come in time.
        """
        return _Turn(self)

    async def begin(self) -> None:
        """Wait for a turn, which lasts until `end`. Raises Overloaded where the turn does not come in time."""
        if self._waiting or not self._has_room():
            await self._wait()
        else:
            self.under_way += 1

    def end(self) -> None:
        """End a turn."""
        self.under_way -= 1
        self._let_pass()

    def _has_room(self) -> bool:
        pressure = self.pressure()
        return pressure <= 0 or self.under_way < max(1, round(MOST * (1 - min(pressure, 1.0)) ** 2))

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait_for(turn, self._patience)
        except TimeoutError:
            self._leave(turn)
            raise Overloaded() from None
        except asyncio.CancelledError:
            self._leave(turn)
            raise

    def _leave(self, turn: "asyncio.Future[None]") -> None:
        """Let a command leave the queue. A turn that was given to it at the last moment is passed on."""
        if turn in self._waiting:
            self._waiting.remove(turn)
        elif turn.done() and not turn.cancelled():
            self.under_way -= 1
            self._let_pass()

    def _let_pass(self) -> None:
        """Give turns to waiting commands, as many as there is room for, and count them."""
        while self._waiting and self._has_room():
            turn = self._waiting.popleft()
            if not turn.done():
                self.under_way += 1
                turn.set_result(None)


class _Turn:
    __slots__ = ("_throttle",)

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle

    async def __aenter__(self) -> None:
        await self._throttle.begin()

    async def __aexit__(self, *error: object) -> None:
        self._throttle.end()
