"""Aggregates that are read with nearly every request and change rarely: kept in memory, and changes are noticed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Generic, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.cache import Cache
from services.chassis.clock import Clock
from services.chassis.elapsed import elapsed
from services.chassis.store.aggregates import Aggregates, Stored

A = TypeVar("A", bound=Aggregate)

CHANGED = "state.changed_at"
LOOK_EVERY = 2.0
_SKEW = timedelta(seconds=60)
_AT_ONCE = 1000


class AggregateCache(Generic[A]):
    """Aggregates of a kind whose `changed_at` says when they were last changed, with an index on it.

    What is guaranteed: a change that any replica has acknowledged is seen here twice `LOOK_EVERY` seconds later at the
    latest, as long as the clocks of replicas differ by less than a minute; a change made through `forget` on this
    replica is seen by the next read. It costs one query each `LOOK_EVERY` seconds of use, however much is kept.
    What is not: a command that must not miss a change reads `stored`. That an aggregate does not exist is not
    kept in mind.
    """

    LIMIT = 50_000

    def __init__(self, aggregates: Aggregates[A], clock: Clock) -> None:
        self.stored = aggregates
        self._clock = clock
        self._known = Cache[str, Stored[A]](self.LIMIT)
        self._looked = elapsed()
        self._since = clock()

    async def get(self, id: str) -> A:
        """The aggregate `id`.

        Raises:
            UnknownAggregate: there is none.
        """
        await self._look()
        known = self._known.get(id)
        if known is None:
            known = self._known.put(id, await self.stored.get(id))
        return known.aggregate

    def known(self, id: str) -> A | None:
        """The aggregate `id` if it is in memory."""
        found = self._known.get(id)
        return None if found is None else found.aggregate

    async def those_of(self, ids: Sequence[str]) -> dict[str, A]:
        """Those of `ids` that exist, by their id."""
        await self._look()
        found = {id: known.aggregate for id in ids if (known := self._known.get(id)) is not None}
        missing = [id for id in dict.fromkeys(ids) if id not in found]
        for start in range(0, len(missing), _AT_ONCE):
            part = missing[start : start + _AT_ONCE]
            for stored in (await self.stored.select({"_id": {"$in": part}}, limit=_AT_ONCE)).items:
                self._known.put(stored.aggregate.id, stored)
                found[stored.aggregate.id] = stored.aggregate
        return found

    def forget(self, *ids: str) -> None:
        """Read the aggregates `ids` anew next time: they were changed here."""
        for id in ids:
            self._known.drop(id)

    async def _look(self) -> None:
        """Take over what other replicas have changed since the last look."""
        if elapsed() - self._looked < LOOK_EVERY:
            return
        self._looked, now = elapsed(), self._clock()
        changed, cursor = {CHANGED: {"$gte": self._since - _SKEW}}, None
        while self._known:
            page = await self.stored.select(changed, sort=CHANGED, limit=_AT_ONCE, cursor=cursor)
            for stored in page.items:
                known = self._known.get(stored.aggregate.id)
                if known is not None and known.version < stored.version:
                    self._known.put(stored.aggregate.id, stored)
            cursor = page.next
            if cursor is None:
                break
        self._since = now
