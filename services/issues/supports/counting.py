"""Counts the supports of a subject (a case or a wish) when they change: at once where a supporter waits, else by a
sweep.

The supports are the truth. The number in their subject is always counted from them and never incremented, so that
nothing is counted twice or forgotten, whatever is repeated or interrupted. A supporter waits for a count that began
after their support was written; one count serves all who came meanwhile. The event of a support leaves a mark on its
subject, so that a sweep counts the subject if the supporter's process ended before it did.

A count is written only to the version of the subject that was read before counting, so that of two counts the later one
stands.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.errors import StaleVersion
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Cause
from services.chassis.store.keyed_lock import KeyedLock
from services.chassis.store.mongo import Database, WriteOp
from services.issues.shared.unfinished import RecountMarks, asking
from services.issues.supports.domain.supports import Subject

MARKS = "tallies"
CAUSE = Cause(SYSTEM, "tally")
_ATTEMPTS = 25


def to_count(subject: str, of: str) -> WriteOp:
    """The write that asks for a count of `subject`."""
    return asking(subject, of=of)


Count = Callable[[str], Awaitable[None]]
"""Counts the supports of one subject and writes the number into it.

Raises:
    StaleVersion: the subject was changed meanwhile.
"""


class SupporterCounts:
    """Counts subjects at once, for supporters who wait for it."""

    def __init__(self, counts: Mapping[Subject, Count]) -> None:
        self._counts = counts
        self._locks = KeyedLock()
        self._next: dict[str, asyncio.Task[None]] = {}

    async def count(self, subject: str, of: Subject) -> None:
        """Count `subject`. Returns when a count that began after this call is written.

        Raises:
            StaleVersion: the subject changes too often just now.
        """
        waiting = self._next.get(subject)
        if waiting is None:
            waiting = self._next[subject] = asyncio.create_task(self._in_turn(subject, of))
        await asyncio.shield(waiting)

    async def _in_turn(self, subject: str, of: Subject) -> None:
        async with self._locks.of(subject):
            del self._next[subject]
            for attempt in range(_ATTEMPTS):
                try:
                    await self._counts[of](subject)
                    break
                except StaleVersion:
                    if attempt == _ATTEMPTS - 1:
                        raise
                    await asyncio.sleep(0.002 * min(attempt, 10))


class SupporterCounting:
    """The sweep that counts marked subjects."""

    name = "tallies"
    every = timedelta(seconds=1)

    def __init__(self, supporter_counts: SupporterCounts, database: Database) -> None:
        self._supporter_counts = supporter_counts
        self._marks = RecountMarks(database[MARKS])

    async def once(self, clock: Clock) -> int:
        """Count every marked subject. Returns how many were counted."""
        return await self._marks.clear(lambda mark: self._supporter_counts.count(mark["_id"], Subject(mark["of"])))


def supporting(subjects: Sequence[str]) -> dict[str, Any]:
    """The query for active supports of one of `subjects`."""
    return {"state.subject": {"$in": list(subjects)}, "state.active": True}
