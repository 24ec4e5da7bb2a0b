"""Clocks without timers: a due time is a field, and a sweep sends an ordinary command to each aggregate that is due.

One process of a service sweeps, by a lease. A restart loses nothing; sweeping twice changes nothing, because the
command looks at the state again and decides on no events where there is nothing to do.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from services.chassis.aggregate import Aggregate, Decision
from services.chassis.clock import Clock, rest
from services.chassis.errors import CommunityError, Unavailable
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.lease import Lease
from services.chassis.store.mongo import PyMongoError

log = logging.getLogger(__name__)

A = TypeVar("A", bound=Aggregate)
BATCH = 200
_SIDE_BY_SIDE = 32
"""Commands under way at once: they share their reads."""


class Sweeping(Protocol):
    """Work that the process with the lease does again and again. Doing it twice changes nothing."""

    @property
    def name(self) -> str:
        """The cause on record."""

    @property
    def every(self) -> timedelta:
        """The time to wait between two runs."""

    async def once(self, clock: Clock) -> int:
        """Do what is due now; returns how much that was."""


@dataclass(frozen=True, slots=True)
class Sweep(Generic[A]):
    """What is due (`due`: a query for the time given) and what to do about each. `name` is the cause on record."""

    name: str
    aggregates: Aggregates[A]
    due: Callable[[datetime], Mapping[str, Any]]
    decide: Callable[[A, datetime], Decision[A]]
    every: timedelta = timedelta(seconds=5)

    async def once(self, clock: Clock) -> int:
        """Sweep all that is due now; returns how many commands were sent. One that fails holds no other up.

        Raises:
            Unavailable, PyMongoError: the store does not answer.
        """
        sent = 0
        cursor = self.aggregates.collection.find(dict(self.due(clock())), {"_id": 1}, batch_size=BATCH)
        while due := await cursor.to_list(_SIDE_BY_SIDE):
            await asyncio.gather(*(self._send(document["_id"]) for document in due))
            sent += len(due)
        return sent

    async def _send(self, id: str) -> None:
        about = {"sweep": self.name, "id": id}
        try:
            await self.aggregates.change(id, self.decide, Cause(SYSTEM, f"sweep.{self.name}"))
        except Unavailable:
            raise
        except CommunityError as error:
            log.warning("sweep refused", extra={**about, "error": error.code})
        except Exception:
            log.exception("sweep failed", extra=about)


async def sweep(task: Sweeping, lease: Lease, clock: Clock) -> None:
    """Sweep for ever while the lease is held."""
    while True:
        if lease.held:
            try:
                await task.once(clock)
            except (Unavailable, PyMongoError) as error:
                log.warning("sweep interrupted", extra={"sweep": task.name, "error": type(error).__name__})
        await rest(clock, task.every)
