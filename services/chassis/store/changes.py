"""Changes aggregates. Commands that wait for one aggregate at the same time are carried out by one read and one write.

Otherwise a crowd on one aggregate would read, decide and write a whole document for each command, one after the other.
Each command keeps its promises (`command_group`): it decides on the state that the command before it has left, its
events, receipt and answer are those that it would have had alone, and it is answered once the state that it relies on
is durable.

- Lost race (another process wrote in between): nothing of the group is stored, and the whole group decides again.
- The outcome of the write is unknown: then so is the outcome of every command that wrote, or that relied on others of
  the group, refusals too. These get `store-unavailable`, and may be repeated with the same Idempotency-Key.
- The write is refused (a unique index, a size): each command is carried out alone, so that only its own write fails.
- A caller leaves: the command is not carried out if its group has not begun, else it is carried out all the same.

While the crowd lasts, a group begins with the state that the group before it wrote, without reading it again. The
version guards the write; a group that writes nothing asks the store for the version.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Generic, TypeAlias

from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, PersonGone, TooMuchContention, UnknownAggregate
from services.chassis.store.batcher import Reads, Updates
from services.chassis.store.command_group import FIELDS, Before, Change, CommandGroup, CommandOutcome
from services.chassis.store.mongo import Collection
from services.chassis.store.named import Named
from services.chassis.store.queues import Call, Queues
from services.chassis.store.receipt import IdempotencyKeyReused, Replayed, replay
from services.chassis.store.stored import A, Committed, Count, Kind, Stored
from services.chassis.store.unavailable import StoreUnavailable, store_errors

ATTEMPTS = 40

_LONGEST = 0.02
"""The most seconds of processor time for which a group decides, so that the event loop can serve others."""

Calls: TypeAlias = Sequence[Call[Change[A], Stored[A]]]
Outcomes: TypeAlias = Mapping[Call[Change[A], Stored[A]], CommandOutcome[A]]


class _Refused(Exception):
    """The store refuses the write of a group. The `__cause__` is the reason."""


class Changes(Generic[A]):
    """Changes the aggregates of one kind."""

    def __init__(
        self,
        kind: Kind[A],
        collection: Collection,
        clock: Clock,
        named: Named,
        committed: Committed,
        count: Count,
    ) -> None:
        self.kind = kind
        self.collection = collection
        self.clock = clock
        self.named = named
        self.committed = committed
        self.read = Reads(collection, FIELDS, partial(Before.read, kind.model))
        self.version: Reads[int] = Reads(collection, {"v": 1}, itemgetter("v"))
        self.write = Updates(collection)
        self._count = count
        self._queues: Queues[Change[A], Stored[A]] = Queues(lambda id: _Changing(self, id).serve)

    def __len__(self) -> int:
        """The number of aggregates for which changes wait."""
        return len(self._queues)

    async def __call__(self, id: str, change: Change[A]) -> Stored[A]:
        """Carry out `change` on the aggregate `id`. Returns the aggregate after it."""
        return await self._queues(id, change)

    def count(self, outcome: str) -> None:
        """Count the outcome of a command."""
        self._count(self.kind.name, outcome)


class _Changing(Generic[A]):
    """Serves the changes that wait for one aggregate, group by group."""

    def __init__(self, of: Changes[A], id: str) -> None:
        self._of = of
        self._id = id
        self._left: Before[A] | None = None
        self._alone = 0

    async def serve(self, calls: Calls[A]) -> int:
        """Carry out the first of `calls`, as many as one group takes. Returns how many."""
        if self._alone:
            self._alone -= 1
            calls = calls[:1]
        for attempt in range(ATTEMPTS):
            try:
                served = await self._try(calls)
            except _Refused as refusal:
                return self._part(calls, refusal)
            if served is not None:
                return served
            await pause(attempt)
        for call in calls:
            self._of.count("contention")
            call.refuse(TooMuchContention())
        return len(calls)

    def _part(self, calls: Calls[A], refusal: "_Refused") -> int:
        """Go on after a refused write: several calls are carried out one by one from now on, a single call gets the
        refusal. Returns how many calls are done: none, or that one."""
        if len(calls) > 1:
            self._alone = len(calls)
            return 0
        cause = refusal.__cause__
        calls[0].refuse(cause if isinstance(cause, Exception) else refusal)
        return 1

    async def _try(self, calls: Calls[A]) -> int | None:
        """Try to carry out the first of `calls`. Returns how many were; None where the race was lost, and all decide
        again."""
        before, is_read = self._left, self._left is None
        self._left = None
        if before is None:
            with store_errors():
                before = await self._of.read(self._id)
        if before is None:
            for call in calls:
                call.refuse(UnknownAggregate(kind=self._of.kind.name, id=self._id))
            return len(calls)
        await self._answer_repeated(before, calls)
        group, outcomes, served = await self._decided(before, calls)
        if not group.writes:
            if outcomes and not is_read and not await self._still_stands(before):
                return None
            self._left = before
        elif not await self._written(group, outcomes, is_read=is_read):
            return None
        else:
            self._left = group.after()
        for call, outcome in outcomes.items():
            await self._settle(call, outcome, before.stored.aggregate.community)
        return served

    async def _still_stands(self, before: Before[A]) -> bool:
        with store_errors():
            return await self._of.version(self._id) == before.stored.version

    async def _answer_repeated(self, before: Before[A], calls: Calls[A]) -> None:
        """Answer the calls whose receipts are stored already. Stored answers are read only if there is such a call."""
        repeated = [
            (call, receipt)
            for call in calls
            if (receipt := call.item.receipt) is not None and receipt.key in before.receipts
        ]
        if not repeated:
            return
        with store_errors():
            document = await self._of.collection.find_one({"_id": self._id}, {"receipts": 1})
        for call, receipt in repeated:
            try:
                replay(document or {}, receipt)
            except (Replayed, IdempotencyKeyReused) as answer:
                call.refuse(answer)

    async def _decided(self, before: Before[A], calls: Calls[A]) -> tuple[CommandGroup[A], Outcomes[A], int]:
        """Let the first of `calls` decide, and return their group, their outcomes and how many they are. A call that
        names somebody who was erased is refused, and the others decide as if it had not come."""
        of = self._of
        refused: dict[Call[Change[A], Stored[A]], CommandOutcome[A]] = {}
        while True:
            group = CommandGroup(of.kind, before, of.named, of.clock)
            outcomes: dict[Call[Change[A], Stored[A]], CommandOutcome[A]] = {}
            served, end = 0, time.thread_time() + _LONGEST
            for call in calls:
                if call in refused:
                    outcomes[call] = refused[call]
                elif not call.is_over:
                    outcomes[call] = group.add(call.item)
                served += 1
                if time.thread_time() > end:
                    break
            asked: set[str] = set().union(*(outcome.asked for outcome in outcomes.values()))
            gone = await of.named.gone(asked, before.stored.aggregate.community)
            if not gone:
                return group, outcomes, served
            refused |= {
                call: CommandOutcome(error=PersonGone()) for call, outcome in outcomes.items() if outcome.asked & gone
            }

    async def _written(self, group: CommandGroup[A], outcomes: Outcomes[A], *, is_read: bool) -> bool:
        """Write the group. Returns False where the race was lost.

        Raises:
            StoreUnavailable: the outcome isn't known. Calls that don't rely on the write are answered all the same.
            _Refused: the store refuses the document.
        """
        try:
            with store_errors():
                written = await self._of.write({"_id": self._id, "v": group.before.stored.version}, group.update())
        except StoreUnavailable:
            for call, outcome in outcomes.items():
                if is_read and not outcome.relies:
                    self._tell(call, outcome)
            raise
        except Exception as error:  # raised again in the caller
            raise _Refused() from error
        if written:
            self._of.committed(group.relayed())
        return written

    async def _settle(self, call: Call[Change[A], Stored[A]], outcome: CommandOutcome[A], community: str) -> None:
        """Answer `call`, whose outcome relies only on durable writes now. A person who was erased meanwhile is erased
        again before."""
        if outcome.wrote:
            self._of.count("committed")
            try:
                await self._of.named.look_after(outcome.named, community)
            except CommunityError as refusal:
                outcome.error = refusal
        self._tell(call, outcome)

    def _tell(self, call: Call[Change[A], Stored[A]], outcome: CommandOutcome[A]) -> None:
        if outcome.error is not None:
            call.refuse(outcome.error)
        elif outcome.stored is not None:
            call.answer(outcome.stored)


async def pause(attempt: int) -> None:
    """Wait a moment after a lost race, so that others go ahead."""
    await asyncio.sleep(random.uniform(0, min(0.002 * 2**attempt, 0.05)))  # noqa: S311  jitter
