"""Waiting for what another task, process or server does: by looking until it is so, never by a pause that hopes."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")
PATIENCE = float(os.environ.get("PATIENCE", "4"))
"""How many times as long as on two quiet cores anything is waited for: a test that passes is no slower for it, and on a
machine that has a third of their speed, or much else to do, none fails for that."""


def patiently(seconds: float) -> float:
    """The seconds to wait for what takes `seconds` at most on two quiet cores."""
    return seconds * PATIENCE


@overload
async def eventually(look: Callable[[], Awaitable[T | None]], within: float = ..., every: float = ...) -> T: ...
@overload
async def eventually(look: Callable[[], T | None], within: float = ..., every: float = ...) -> T: ...
async def eventually(look: Callable[[], Any], within: float = 30.0, every: float = 0.02) -> Any:
    """What `look` finds, as soon as it finds something true. Both times in seconds; `look` may be a coroutine function.

    Raises:
        TimeoutError: it found nothing `within` that time, taken `patiently`.
    """
    async with asyncio.timeout(patiently(within)):
        while True:
            found = look()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            await asyncio.sleep(every)
