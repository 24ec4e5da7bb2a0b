"""What follows where cases were joined, taken apart, or made parts of one another: pointers and counts, by event.

Each step looks at the cases as they stand and leaves nothing to do for a repetition. So it does not matter in which
order two events are taken, how often, or where a process dies.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial

from services.chassis.aggregate import Decision
from services.chassis.errors import StaleVersion
from services.chassis.store.aggregates import Cause, Stored
from services.chassis.store.mongo import WriteOp
from services.chassis.subscriber.handlers import Handlers, NotYet, Received
from services.contracts.issues import (
    CaseAdopted,
    CaseAnonymised,
    CaseMerged,
    CaseReleased,
    CaseReported,
    CaseStatus,
    CaseUnmerged,
    SupportAnonymised,
    SupportGiven,
    SupportWithdrawn,
    WishShown,
)
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.merging import come_apart, follow
from services.issues.cases.domain.parents import let_go
from services.issues.cases.store import joined
from services.issues.store import Store
from services.issues.supports.counting import MARKS, to_count
from services.issues.supports.domain.supports import Subject

log = logging.getLogger(__name__)


def join_up(handlers: Handlers, store: Store) -> None:
    """Register what follows."""

    @handlers.write(SupportGiven, SupportWithdrawn, SupportAnonymised, collection=MARKS)
    def supported(received: Received[SupportGiven | SupportWithdrawn | SupportAnonymised]) -> Sequence[WriteOp]:
        """What is supported is to be counted anew, if it was not at once."""
        return [to_count(received.event.subject, received.event.of)]

    @handlers.write(WishShown, collection=MARKS)
    def in_sight(received: Received[WishShown]) -> Sequence[WriteOp]:
        """Nothing was counted while it was hidden."""
        return [to_count(received.envelope.aggregate_id, Subject.WISH)]

    @handlers.write(CaseReported, collection=MARKS)
    def split(received: Received[CaseReported]) -> Sequence[WriteOp]:
        """A parent has a child more."""
        parent = received.event.parent
        return [] if parent is None else [to_count(parent, Subject.CASE)]

    @handlers.on(CaseMerged)
    async def gather(received: Received[CaseMerged]) -> None:
        """Who was behind the case is behind the one that goes on."""
        await regroup(store, received.envelope.aggregate_id, received.cause)

    @handlers.on(CaseUnmerged)
    async def part(received: Received[CaseUnmerged]) -> None:
        """Its people, and those of cases merged into it, are its own again."""
        await regroup(store, received.envelope.aggregate_id, received.cause)
        await _count_end(store, received.event.previous_case)

    @handlers.on(CaseAdopted)
    async def take_in(received: Received[CaseAdopted]) -> None:
        """The parents before and after count; one level stays one level."""
        await keep_one_level(store, received.envelope.aggregate_id, received.cause)
        for parent in {received.event.parent, received.event.previous_parent} - {None}:
            await _count(store, str(parent))

    @handlers.on(CaseReleased)
    async def give_up(received: Received[CaseReleased]) -> None:
        """The parent counts."""
        if received.event.previous_parent is not None:
            await _count(store, received.event.previous_parent)

    @handlers.write(CaseAnonymised, collection=MARKS)
    def forgotten(received: Received[CaseAnonymised]) -> Sequence[WriteOp]:
        """Nobody is lost by it; counted again where it was in the middle of something."""
        return [to_count(received.envelope.aggregate_id, Subject.CASE)]


async def regroup(store: Store, id: str, cause: Cause) -> None:
    """Point all cases that are merged, by any chain, into `id`, and itself, to the case that goes on; and count that.

    Two mergers made crosswise at the same moment would point to each other: the one of the greater id is undone.
    """
    async for stored in _behind(store, id):
        await _follow(store, stored.aggregate.id, cause)
    await _count_end(store, id)


async def keep_one_level(store: Store, child: str, cause: Cause) -> None:
    """Let a child go that is a parent itself, or whose parent has one: two people adopted crosswise at once."""
    case = (await store.cases.get(child)).aggregate
    if case.parent is None:
        return
    parent = (await store.cases.get(case.parent)).aggregate
    has_children = await store.cases.collection.find_one({"state.parent": child}, {"_id": 1})
    if parent.parent is not None or has_children is not None:
        await store.cases.change(child, lambda case, now: let_go(case), cause)


async def _count_end(store: Store, id: str) -> None:
    end, _ = await _walk(store, (await store.cases.get(id)).aggregate)
    await _count(store, end.id)


async def _count(store: Store, id: str) -> None:
    """Raises NotYet where it changes too often just now: the event is taken again."""
    try:
        await store.tallies.count(id, Subject.CASE)
    except StaleVersion as error:
        raise NotYet() from error


async def _behind(store: Store, id: str) -> AsyncIterator[Stored[Case]]:
    """The case and all that are merged into it, level by level; each once, whatever points where."""
    seen, level = {id}, [id]
    yield await store.cases.get(id)
    while level:
        found = store.cases.collection.find(joined(level), {"_id": 1})
        level = [each["_id"] async for each in found if each["_id"] not in seen]
        seen.update(level)
        for each in level:
            yield await store.cases.get(each)


async def _follow(store: Store, id: str, cause: Cause) -> None:
    while True:
        stored = await store.cases.get(id)
        if stored.aggregate.status is not CaseStatus.MERGED:
            return
        end, circle = await _walk(store, stored.aggregate)
        try:
            if circle:
                await _undo(store, max(circle), cause)
                continue
            await _point(store, stored, end, cause)
        except StaleVersion:
            continue
        return


async def _point(store: Store, stored: Stored[Case], end: Case, cause: Cause) -> None:
    await store.cases.change(stored.aggregate.id, partial(_followed, end), cause, expected=stored.version)


def _followed(end: Case, case: Case, now: datetime) -> Decision[Case]:
    return follow(case, end.id, public=end.is_public)


async def _undo(store: Store, id: str, cause: Cause) -> None:
    log.warning("two mergers were made crosswise; one is undone", extra={"id": id})
    await store.cases.change(id, lambda case, now: come_apart(case, store.clocks, now), cause)


async def _walk(store: Store, case: Case) -> tuple[Case, list[str]]:
    """The end of the chain that begins at `case`; and the circle that it runs into, if it does."""
    passed: list[str] = []
    while case.status is CaseStatus.MERGED and case.joined is not None:
        if case.id in passed:
            return case, passed[passed.index(case.id) :]
        passed.append(case.id)
        case = (await store.cases.get(case.joined)).aggregate
    return case, []
