"""A fenced lease in MongoDB: at most one process at a time believes that it holds it.

The server's clock alone decides when a lease has run out (`$$NOW`), so clocks that differ do no harm. A holder counts
its own time from before it asked, on a clock that goes on while the machine sleeps, so it stops believing before
anybody else can begin. `epoch` grows with every change of holder: the fencing token.

What is not guaranteed: a process that is frozen between asking `held` and acting acts late. Everything that is done
under a lease must therefore be harmless when it is done twice.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from services.chassis.elapsed import Elapsed, elapsed
from services.chassis.store.aggregates import writer
from services.chassis.store.mongo import Database, DuplicateKeyError, PyMongoError, ReturnDocument

log = logging.getLogger(__name__)


class Lease:
    """The lease `name` of one service, from the view of `holder`, which is this process by default."""

    def __init__(
        self, database: Database, name: str, *, ttl: timedelta, holder: str | None = None, clock: Elapsed = elapsed
    ) -> None:
        self._leases = database["leases"]
        self._name = name
        self._ttl = ttl
        self._holder = holder or writer()
        self._clock = clock
        self._believed_until: float | None = None
        self.epoch = 0
        self.inherited = False
        """Whether the holder before did not give the lease up, so that it may still be acting, or have requests on
        their way."""

    @property
    def held(self) -> bool:
        """Whether this process holds the lease now."""
        return self._believed_until is not None and self._clock() < self._believed_until

    async def acquire(self) -> bool:
        """Take or renew the lease; False while somebody else holds it or the store does not answer."""
        asked = self._clock()
        ttl_ms = int(self._ttl.total_seconds() * 1000)
        same = {"$eq": ["$holder", self._holder]}
        try:
            await self._found()
            document = await self._leases.find_one_and_update(
                {"_id": self._name, "$expr": {"$or": [same, {"$lte": ["$until", "$$NOW"]}]}},
                [
                    {
                        "$set": {
                            "epoch": {"$cond": [same, "$epoch", {"$add": ["$epoch", 1]}]},
                            "holder": self._holder,
                            "after": {"$cond": [same, "$after", "$holder"]},
                            "until": {"$add": ["$$NOW", ttl_ms]},
                        }
                    }
                ],
                return_document=ReturnDocument.AFTER,
            )
        except PyMongoError as error:
            log.warning("lease not renewed", extra={"lease": self._name, "error": type(error).__name__})
            return self.held
        if document is None:
            self._believed_until = None
            return False
        self.epoch, self.inherited = document["epoch"], document.get("after") is not None
        self._believed_until = asked + self._ttl.total_seconds()
        return True

    async def _found(self) -> None:
        """Create the lease's document if there is none, because an update with `$expr` can't upsert."""
        if self.epoch:
            return
        free = {"holder": None, "epoch": 0, "until": datetime.fromtimestamp(0, UTC)}
        with suppress(DuplicateKeyError):
            await self._leases.update_one({"_id": self._name}, {"$setOnInsert": free}, upsert=True)

    async def release(self) -> None:
        """Give the lease up, so that another process need not wait for its end. Nothing that is done under the lease
        may be under way."""
        self._believed_until = None
        try:
            await self._leases.update_one(
                {"_id": self._name, "holder": self._holder}, [{"$set": {"until": "$$NOW", "holder": None}}]
            )
        except PyMongoError as error:
            log.warning("lease not released, it runs out", extra={"lease": self._name, "error": type(error).__name__})

    async def keep(self, on_change: "asyncio.Event") -> None:
        """Take the lease whenever it is free and renew it for ever; `on_change` is set when it is won or lost."""
        while True:
            before, epoch = self.held, self.epoch
            await self.acquire()
            if self.held != before or self.epoch != epoch:
                log.info("lease won" if self.held else "lease lost", extra={"lease": self._name, "epoch": self.epoch})
                on_change.set()
            await asyncio.sleep(self._ttl.total_seconds() / 3)
