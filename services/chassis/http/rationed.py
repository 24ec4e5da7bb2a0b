"""An answer that is costly to make, for callers who need not be known: it is made seldom and given often."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from services.chassis.http.rate import Buckets

T = TypeVar("T")

_PER_SECOND, _AT_FIRST = 5.0, 50


class Rationed(Generic[T]):
    """Makes one answer for all who ask at the same time; who asks more often than it is made gets the last one."""

    def __init__(self, make: Callable[[], Awaitable[T]], *, ration: Buckets | None = None) -> None:
        self._make = make
        self._ration = ration or Buckets(_PER_SECOND, _AT_FIRST)
        self._making: asyncio.Task[T] | None = None
        self._made: T | None = None

    async def __call__(self) -> T:
        """The answer: fresh, or as fresh as the ration allows."""
        if self._making is None:
            if self._made is not None and self._ration.take("") > 0:
                return self._made
            self._making = asyncio.create_task(self._fresh())
        return await asyncio.shield(self._making)

    async def _fresh(self) -> T:
        try:
            self._made = await self._make()
            return self._made
        finally:
            self._making = None
