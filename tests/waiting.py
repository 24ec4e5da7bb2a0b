"""Waiting for what another task, process or server does: by looking until it is so, never by a pause that hopes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(look: Callable[[], Awaitable[T | None]], within: float = ..., every: float = ...) -> T: ...
@overload
async def eventually(look: Callable[[], T | None], within: float = ..., every: float = ...) -> T: ...
async def eventually(look: Callable[[], Any], within: float = 30.0, every: float = 0.02) -> Any:
    """What `look` finds, as soon as it finds something true. Both times in seconds; `look` may be a coroutine function.

    Raises:
        TimeoutError: it found nothing `within` that time.
    """
    async with asyncio.timeout(within):
        while True:
            found = look()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            await asyncio.sleep(every)
