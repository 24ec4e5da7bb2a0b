"""Waits with an end for work that may never come back, and may not even let itself be cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Wait for `work` for that time, and return what it returns.

    `asyncio.wait_for` waits until what it cancels has ended; this leaves it behind, cancelled, and goes on.

    Raises:
        TimeoutError: it has not come back.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
            task.add_done_callback(_forget)
    if not task.done():
        raise TimeoutError
    return task.result()


def _forget(task: "asyncio.Task[Any]") -> None:
    """Look at the error of a task that was left behind, so that asyncio does not report it."""
    if not task.cancelled():
        task.exception()
