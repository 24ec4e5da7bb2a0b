"""People who act while something is done to the servers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def acting(act_until: Callable[[asyncio.Event], Awaitable[None]], people: int) -> AsyncIterator[None]:
    """So many people act while inside; on leaving, each ends what is under way. What one raises is raised."""
    stopping = asyncio.Event()
    people_acting = [asyncio.ensure_future(act_until(stopping)) for _ in range(people)]
    try:
        yield
        stopping.set()
        await asyncio.gather(*people_acting)
    finally:
        for one in people_acting:
            one.cancel()
        await asyncio.gather(*people_acting, return_exceptions=True)
