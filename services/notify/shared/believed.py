"""What communities have set up is believed for a few seconds after it was read: their routes, texts and venues.

Every message asks for it. Who asks while it is read waits for that reading; and once it is half as old as it may be, it
is read again while those who ask go on with what is known. So where messages come all the time, none waits. That
reading begins a moment later, when the message that asked has gone its way; one that somebody will wait for can begin
before they do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from services.chassis.cache import Cache
from services.chassis.clock import Clock

V = TypeVar("V")

BELIEVED = timedelta(seconds=4)
"""A change by another replica is seen after so long at most."""
_AHEAD = BELIEVED / 2
_MOMENT = 0.05
"""Seconds after which it is read again for those who come later."""
_MOST = 1000


class Believed(Generic[V]):
    """The values that `read` gives for communities, none older than `BELIEVED`."""

    def __init__(self, read: Callable[[str], Awaitable[V]], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._known: Cache[str, tuple[datetime, V]] = Cache(_MOST)
        self._reading: dict[str, asyncio.Task[V]] = {}
        self._planned: set[str] = set()

    async def __call__(self, community: str) -> V:
        """The value for `community`."""
        known = self._known.get(community)
        if known is None or (age := self._clock() - known[0]) >= BELIEVED:
            return await asyncio.shield(self._begun(community))
        if age >= _AHEAD and community not in self._planned:
            self._planned.add(community)
            asyncio.get_running_loop().call_later(_MOMENT, self._read_ahead, community)
        return known[1]

    def begin(self, community: str) -> None:
        """Begin to read what who asks next would wait for, without waiting for it."""
        known = self._known.get(community)
        if known is None or self._clock() - known[0] >= BELIEVED:
            self._begun(community)

    def known(self, community: str) -> V | None:
        """What was read last, however old; None where nothing was."""
        known = self._known.get(community)
        return None if known is None else known[1]

    async def anew(self, community: str) -> V:
        """The value for `community`, read after this call began."""
        self.forget(community)
        return await self(community)

    def forget(self, community: str) -> None:
        """Read again when `community` is next asked for. What is being read just now does not count."""
        self._known.drop(community)
        self._reading.pop(community, None)

    def _read_ahead(self, community: str) -> None:
        self._planned.discard(community)
        self._begun(community)

    def _begun(self, community: str) -> asyncio.Task[V]:
        """The reading that is under way, or a new one."""
        reading = self._reading.get(community)
        if reading is None:
            reading = self._reading[community] = asyncio.create_task(self._value(community))
            reading.add_done_callback(_noticed)
        return reading

    async def _value(self, community: str) -> V:
        now, me = self._clock(), asyncio.current_task()
        try:
            value = await self._read(community)
            if self._reading.get(community) is me:
                self._known.put(community, (now, value))
            return value
        finally:
            if self._reading.get(community) is me:
                del self._reading[community]


def _noticed(reading: "asyncio.Task[V]") -> None:
    """Take note of the error of a reading for which nobody waits: who asks next reads again."""
    if not reading.cancelled():
        reading.exception()
