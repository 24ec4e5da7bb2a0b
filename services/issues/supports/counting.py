"""Counts who stands behind a case or a wish, and how many cases are a part of one; and says it there.

The supports are the truth, a number in their subject is a count of them: never added to, so that nothing is counted
twice or forgotten, whatever is repeated or interrupted. Who supports waits for a count that began after their support
was written; one count serves all who came meanwhile. What its process left uncounted the event of the support marks,
and a sweep counts.

A count is written to the version of the subject that was read before it was made: of two counts the later one stands.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.errors import StaleVersion
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.keyed_lock import KeyedLock
from services.chassis.store.mongo import Database, Document, WriteOp
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.affected import counted
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.publicity import PUBLIC_CASES
from services.issues.shared.unfinished import Marks, asking
from services.issues.supports.domain.supports import Subject, Support
from services.issues.wishes.domain import wishes
from services.issues.wishes.domain.wishes import Wish

MARKS = "tallies"
CAUSE = Cause(SYSTEM, "tally")
_ATTEMPTS = 25


def to_count(subject: str, of: str) -> WriteOp:
    """The write that asks for a count of `subject`."""
    return asking(subject, of=of)


Count = Callable[[str], Awaitable[None]]
"""Counts one subject anew.

Raises:
    StaleVersion: it was changed meanwhile.
"""


class Tallies:
    """Counts at once, for who waits."""

    def __init__(self, counts: Mapping[Subject, Count]) -> None:
        self._counts = counts
        self._turns = KeyedLock()
        self._next: dict[str, asyncio.Task[None]] = {}

    async def count(self, subject: str, of: Subject) -> None:
        """Count `subject`; returns when a count stands that began after this call.

        Raises:
            StaleVersion: it changes too often just now.
        """
        waiting = self._next.get(subject)
        if waiting is None:
            waiting = self._next[subject] = asyncio.create_task(self._in_turn(subject, of))
        await asyncio.shield(waiting)

    async def _in_turn(self, subject: str, of: Subject) -> None:
        async with self._turns.of(subject):
            del self._next[subject]
            for attempt in range(_ATTEMPTS):
                try:
                    await self._counts[of](subject)
                    break
                except StaleVersion:
                    if attempt == _ATTEMPTS - 1:
                        raise
                    await asyncio.sleep(0.002 * min(attempt, 10))


class Counting:
    """The sweep that counts what was marked."""

    name = "tallies"
    every = timedelta(seconds=1)

    def __init__(self, tallies: Tallies, database: Database) -> None:
        self._tallies = tallies
        self._marks = Marks(database[MARKS])

    async def once(self, clock: Clock) -> int:
        """Count every subject that asks for it; returns how many were counted."""
        return await self._marks.clear(lambda mark: self._tallies.count(mark["_id"], Subject(mark["of"])))


@dataclass(frozen=True, slots=True)
class Counts:
    """How each subject is counted. `raised_at`: from how many people on a case is one step more urgent, and so on."""

    cases: Aggregates[Case]
    wishes: Aggregates[Wish]
    supports: Aggregates[Support]
    raised_at: tuple[int, ...]

    def tallies(self) -> Tallies:
        """What counts by these."""
        return Tallies({Subject.CASE: self.case, Subject.WISH: self.wish})

    async def case(self, id: str) -> None:
        """Count the people of a case and of those that are merged into it, each once, and its children. Of a case that
        everybody may know of, only through and as such cases: its numbers tell nobody of others.

        A case that is merged itself keeps the number that it had: its people count where they are counted now.
        """
        stored = await self.cases.get(id)
        if stored.aggregate.status is CaseStatus.MERGED:
            affected = stored.aggregate.affected
        else:
            affected = await self._people(stored.aggregate)
        children = await self.cases.collection.count_documents({**part_of(id), **_among(stored.aggregate)})
        await self.cases.change(
            id,
            lambda case, now: counted(case, affected, children, self.raised_at),
            CAUSE,
            expected=stored.version,
        )

    async def wish(self, id: str) -> None:
        """Count the supports of a wish; its proposer is counted there."""
        stored = await self.wishes.get(id)
        own = sorted(stored.aggregate.people)
        found = await self.supports.collection.count_documents({**supporting([id]), "state.person": {"$nin": own}})
        await self.wishes.change(id, lambda wish, now: wishes.recount(wish, found), CAUSE, expected=stored.version)

    async def _people(self, case: Case) -> int:
        merged = await self.cases.collection.find(
            {**merged_into(case.id), **_among(case)}, {"state.reporter": 1, "state.stand_in": 1}
        ).to_list(None)
        ids = [case.id, *(found["_id"] for found in merged)]
        reporters = {case.reporter or case.stand_in or case.id}
        for found in merged:
            state = found["state"]
            reporters.add(state.get("reporter") or state.get("stand_in") or found["_id"])
        query = {**supporting(ids), "state.person": {"$nin": sorted(reporters)}}
        if not merged:
            return 1 + await self.supports.collection.count_documents(query)
        pipeline: list[Document] = [{"$match": query}, {"$group": {"_id": "$state.person"}}, {"$count": "n"}]
        distinct = await self.supports.collection.aggregate(pipeline).to_list(1)
        return len(reporters) + (distinct[0]["n"] if distinct else 0)


def _among(case: Case) -> Mapping[str, Any]:
    return PUBLIC_CASES if case.is_public else {}


def supporting(subjects: Sequence[str]) -> dict[str, Any]:
    """The query for who supports one of `subjects` now."""
    return {"state.subject": {"$in": list(subjects)}, "state.active": True}


def merged_into(case: str) -> dict[str, Any]:
    """The query for the cases that `case` goes on for."""
    return {"state.merged_into": case}


def joined(cases: Sequence[str]) -> dict[str, Any]:
    """The query for the cases that were merged into one of `cases` by hand."""
    return {"state.joined": {"$in": list(cases)}}


def part_of(case: str) -> dict[str, Any]:
    """The query for the children of `case`."""
    return {"state.parent": case}
