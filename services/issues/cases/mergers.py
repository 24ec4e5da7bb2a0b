"""Keeps pointers and counts right where cases were joined, taken apart, or made parts of one another.

Each step looks at the cases as they stand and leaves nothing to do for a repetition. So it does not matter in which
order two events are taken, how often, or where a process dies.
"""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.chassis.aggregate import Decision
from services.chassis.errors import StaleVersion
from services.chassis.store.aggregates import Aggregates, Cause, Stored
from services.chassis.subscriber.handlers import NotYet
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import AnyClocks
from services.issues.cases.domain.merging import follow, undo_merge
from services.issues.cases.domain.parents import let_go
from services.issues.cases.domain.transitions import CLOSED
from services.issues.cases.store import joined
from services.issues.supports.counting import SupporterCounts
from services.issues.supports.domain.supports import Subject

log = logging.getLogger(__name__)


_AT_THAT_MOMENT = timedelta(seconds=1)
"""So much may lie between a decision and its write, on two replicas with clocks of their own."""


async def take_back_late_merger(
    cases: Aggregates[Case], clocks: AnyClocks, id: str, end: str, cause: Cause, *, merged_at: datetime | None = None
) -> bool:
    """Undo the merger of case `id` into `end` if that one was closed first, so that nobody who reported it anew is told
    nothing; returns whether the case is not merged because of that. `merged_at`: when, for a look that comes later; one
    that was closed well after it took the merged case along, and that stands.
    """
    other = (await cases.get(end)).aggregate
    if other.status not in CLOSED or other.status is CaseStatus.MERGED or other.closed_at is None:
        return False
    if merged_at is not None and other.closed_at > merged_at + _AT_THAT_MOMENT:
        return False
    case = (await cases.get(id)).aggregate
    if case.status is CaseStatus.MERGED and case.joined != end and case.merged_into != end:
        return False
    await cases.change(id, lambda case, now: undo_merge(case, clocks.of(case.community), now), cause)
    return True


@dataclass(frozen=True, slots=True)
class Mergers:
    """Carries out what follows from mergers and parents on other `cases`, whose people are counted with
    `supporter_counts`."""

    cases: Aggregates[Case]
    supporter_counts: SupporterCounts
    clocks: AnyClocks

    async def regroup(self, id: str, cause: Cause) -> None:
        """Point case `id`, and all that are merged into it by any chain, to the case that survives; and count that.

        Two mergers made crosswise at the same moment would point to each other: the one of the greater id is undone.
        """
        async for stored in self._behind(id):
            await self._follow(stored.aggregate.id, cause)
        await self.count_survivor(id)

    async def let_go_of_closed(self, id: str, end: str, merged_at: datetime, cause: Cause) -> None:
        """As `take_back_late_merger`: for a merger whose process died before it had looked."""
        await take_back_late_merger(self.cases, self.clocks, id, end, cause, merged_at=merged_at)

    async def keep_one_level(self, child: str, cause: Cause) -> None:
        """Let a child go that is a parent itself, or whose parent has one: two people adopted crosswise at once."""
        case = (await self.cases.get(child)).aggregate
        if case.parent is None:
            return
        parent = (await self.cases.get(case.parent)).aggregate
        has_children = await self.cases.collection.find_one({"state.parent": child}, {"_id": 1})
        if parent.parent is not None or has_children is not None:
            await self.cases.change(child, lambda case, now: let_go(case), cause)

    async def count_survivor(self, id: str) -> None:
        """Count the case that survives at the end of the chain that begins at `id`.

        Raises:
            NotYet: as for `count`.
        """
        end, _ = await self._walk((await self.cases.get(id)).aggregate)
        await self.count(end.id)

    async def count(self, id: str) -> None:
        """Count the people and the parts of case `id`.

        Raises:
            NotYet: the case changes too often just now; the event is taken again.
        """
        try:
            await self.supporter_counts.count(id, Subject.CASE)
        except StaleVersion as error:
            raise NotYet() from error

    async def _behind(self, id: str) -> AsyncIterator[Stored[Case]]:
        """The case and all that are merged into it, level by level; each once, whatever points where."""
        seen, level = {id}, [id]
        yield await self.cases.get(id)
        while level:
            found = self.cases.collection.find(joined(level), {"_id": 1})
            level = [each["_id"] async for each in found if each["_id"] not in seen]
            seen.update(level)
            for each in level:
                yield await self.cases.get(each)

    async def _follow(self, id: str, cause: Cause) -> None:
        while True:
            stored = await self.cases.get(id)
            if stored.aggregate.status is not CaseStatus.MERGED:
                return
            end, circle = await self._walk(stored.aggregate)
            try:
                if circle:
                    await self._undo(max(circle), cause)
                    continue
                await self.cases.change(id, partial(_followed, end), cause, expected=stored.version)
            except StaleVersion:
                continue
            return

    async def _undo(self, id: str, cause: Cause) -> None:
        log.warning("two mergers were made crosswise; one is undone", extra={"id": id})
        await self.cases.change(id, lambda case, now: undo_merge(case, self.clocks.of(case.community), now), cause)

    async def _walk(self, case: Case) -> tuple[Case, list[str]]:
        """The end of the chain that begins at `case`; and the circle that it runs into, if it does."""
        passed: list[str] = []
        while case.status is CaseStatus.MERGED and case.joined is not None:
            if case.id in passed:
                return case, passed[passed.index(case.id) :]
            passed.append(case.id)
            case = (await self.cases.get(case.joined)).aggregate
        return case, []


def _followed(survivor: Case, case: Case, now: datetime) -> Decision[Case]:
    return follow(case, survivor.id, public=survivor.is_public)
