"""Bounds how often an answer is made that is costly and public: an answer made lately is given again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from services.chassis.http.rate import Buckets

T = TypeVar("T")

_PER_SECOND, _AT_FIRST = 5.0, 50


class Rationed(Generic[T]):
    """Makes one answer for all callers at the same time. Beyond the ration, callers get the last answer."""

    def __init__(self, make: Callable[[], Awaitable[T]], *, ration: Buckets | None = None) -> None:
        self._make = make
        self._ration = ration or Buckets(_PER_SECOND, _AT_FIRST)
        self._making: asyncio.Task[T] | None = None
        self._made: T | None = None

    async def __call__(self) -> T:
        """The answer: made now, or the last one where the ration is used up."""
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
