"""Wakes the relay of one process when another process has committed.

The change stream carries only foreign commits: every commit names its writer in `by`, and the server filters out those
of this process. Nothing depends on the stream: when it ends for whatever reason, history lost included, it is opened
anew from now, the lanes are woken once, and their own query finds what is pending.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from services.chassis.store.aggregates import writer
from services.chassis.store.lease import Lease
from services.chassis.store.mongo import Database, PyMongoError

log = logging.getLogger(__name__)


async def watch(
    database: Database, lease: Lease, wake: Mapping[str, Callable[[], None]], *, again: float = 1.0
) -> None:
    """While this process leads, call `wake[collection]` for every commit of another process. Runs for ever."""
    mine = re.compile(f"^{re.escape(writer())}:")
    foreign = {"$exists": True, "$not": mine}
    pipeline: list[dict[str, Any]] = [
        {
            "$match": {
                "ns.coll": {"$in": list(wake)},
                "$or": [
                    {"operationType": "insert", "fullDocument.by": foreign},
                    {"operationType": "update", "updateDescription.updatedFields.by": foreign},
                ],
            }
        },
        {"$project": {"ns.coll": 1}},
    ]
    while True:
        if not lease.held:
            await asyncio.sleep(again)
            continue
        try:
            async with database.watch(pipeline, max_await_time_ms=1000) as stream:
                for rouse in wake.values():
                    rouse()
                while lease.held and stream.alive:  # type: ignore[truthy-function, redundant-expr]  # a property
                    change = await stream.try_next()
                    if change is not None:
                        wake[change["ns"]["coll"]]()
        except (PyMongoError, StopAsyncIteration) as error:
            log.warning("change stream ended, opening another", extra={"error": type(error).__name__})
        await asyncio.sleep(again)
