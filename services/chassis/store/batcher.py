"""Calls made side by side travel together: while one is on its way to the store, those that come meanwhile gather.

A call to MongoDB costs more than what it carries: a thread of Motor's, a command, a wait for the journal. Alone, a call
leaves at once; under load each round carries what has gathered, so that the cost is shared, and behind a round that
carried a crowd the next one waits a moment for those who come along. What is answered to one caller is what a call of
its own would have been answered: nobody fails by what a neighbour sent. While the store is away, a write that has
waited long behind one that failed fails with it, as it would have by itself: sent later, it would be carried out when
nobody waits for it any more.
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from services.chassis.store.mongo import (
    BulkWriteError,
    Collection,
    Document,
    DuplicateKeyError,
    Encoded,
    OperationFailure,
    UpdateOne,
    WriteOp,
    encoded,
    is_passing,
)

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 256
"""Calls that one round carries at most."""

_CROWD = 4
_PAUSE_EACH = 0.0005
_LONGEST_PAUSE = 0.006
"""Seconds that a round waits for more, for each call of the crowd before it: the loop needs as long to bring more."""

PATIENCE = 2.0
"""Seconds: a write that has waited longer behind a call that finds the store away is not sent after it."""

_DUPLICATE = 11000
_IMMUTABLE = 66
_OTHER_ID: Document = {"_id": ""}

Round = Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]]
"""Carries what gathered, and answers each: what to return, or what to raise."""


class Batcher(Generic[T, R]):
    """Gathers calls and carries them in rounds, `side_by_side` of them under way at a time.

    `gathering`: seconds that a round waits for more before it leaves; for what nobody waits for.
    `patience`: where a round finds the store away, calls that have waited behind it for so many seconds fail with it.
    """

    def __init__(
        self, carry: Round[T, R], *, side_by_side: int = 1, gathering: float = 0.0, patience: float = math.inf
    ) -> None:
        self._carry = carry
        self._free = side_by_side
        self._gathering = gathering
        self._patience = patience
        self._waiting: deque[tuple[T, asyncio.Future[R], float]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, item: T) -> R:
        """The answer to `item`. A caller that is cancelled doesn't take back what it has sent."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        self._waiting.append((item, answer, loop.time()))
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._rounds())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def stop(self) -> None:
        """Give up what is under way; its callers are cancelled."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._waiting:
            self._waiting.popleft()[1].cancel()

    async def _rounds(self) -> None:
        crowd = 0
        try:
            while self._waiting:
                if pause := self._gathering or _pause_behind(crowd):
                    await asyncio.sleep(pause)
                crowd = min(len(self._waiting), AT_ONCE)
                if not crowd:  # another round has taken them meanwhile
                    break
                gathered = [self._waiting.popleft() for _ in range(crowd)]
                try:
                    outcomes = await self._outcomes([item for item, *_ in gathered])
                except asyncio.CancelledError:
                    for _, answer, _ in gathered:
                        answer.cancel()
                    raise
                for (_, answer, _), outcome in zip(gathered, outcomes, strict=True):
                    if answer.done():
                        continue
                    if isinstance(outcome, Exception):
                        answer.set_exception(outcome)
                    else:
                        answer.set_result(outcome)
        finally:
            self._free += 1

    async def _outcomes(self, items: Sequence[T]) -> Sequence[R | Exception]:
        try:
            return await self._carry(items)
        except Exception as error:  # reported: to each of the callers
            if is_passing(error):
                self._give_up(error)
            return [error] * len(items)

    def _give_up(self, error: Exception) -> None:
        """Tell `error` to those who have waited too long; the first in the queue have waited longest."""
        latest = asyncio.get_running_loop().time() - self._patience
        while self._waiting and self._waiting[0][2] < latest:
            _, answer, _ = self._waiting.popleft()
            if not answer.done():
                answer.set_exception(error)


def _pause_behind(crowd: int) -> float:
    """How long the next round waits for more behind one that carried so many."""
    return 0.0 if crowd < _CROWD else min(crowd * _PAUSE_EACH, _LONGEST_PAUSE)


class Inserts:
    """Inserts into one collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._together: Batcher[Encoded, None] = Batcher(self._insert, patience=PATIENCE)

    async def __call__(self, document: Document) -> None:
        """Insert `document`; returns when it is durable.

        Raises:
            DuplicateKeyError: its id is taken.
        """
        await self._together(encoded(document))

    async def many(self, documents: Sequence[Document]) -> Sequence[Exception | None]:
        """Insert all `documents` in a call of their own; what became of each: None, or why it was not inserted."""
        return await self._insert([encoded(document) for document in documents])

    async def _insert(self, documents: Sequence[Encoded]) -> Sequence[Exception | None]:
        try:
            if len(documents) == 1:
                await self._collection.insert_one(documents[0])
            elif documents:
                await self._collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            return _each(error.details, len(documents))
        except DuplicateKeyError as error:
            return [error]
        return [None] * len(documents)


class Reads:
    """Reads of single documents of one collection, by `_id`, with one projection."""

    def __init__(self, collection: Collection, projection: Document) -> None:
        self._collection = collection
        self._projection = projection
        self._together: Batcher[str, Document | None] = Batcher(self._read, side_by_side=2)

    async def __call__(self, id: str) -> Document | None:
        """The document `id` as it stands after this call, or None."""
        return await self._together(id)

    async def _read(self, ids: Sequence[str]) -> Sequence[Document | None]:
        if len(ids) == 1:
            return [await self._collection.find_one({"_id": ids[0]}, self._projection)]
        wanted = list(dict.fromkeys(ids))
        found = await self._collection.find({"_id": {"$in": wanted}}, self._projection).to_list(len(wanted))
        by_id = {document["_id"]: document for document in found}
        return [by_id.get(id) for id in ids]


class Updates:
    """Updates of single documents of one collection, each under a condition of its own."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._together: Batcher[tuple[Document, Encoded], bool] = Batcher(self._update, patience=PATIENCE)

    async def __call__(self, query: Document, update: Document) -> bool:
        """Update the one document that `query` names by its `_id`; returns when that is durable. False, and nothing is
        changed, where it is not as `query` says, or not there.

        Raises:
            DuplicateKeyError: a unique index refuses what it would become.
        """
        return await self._together((query, encoded({**update, "$setOnInsert": _OTHER_ID})))

    async def _update(self, updates: Sequence[tuple[Document, Encoded]]) -> Sequence[bool | Exception]:
        """The store tells how many of several found their documents, not which. So each that finds none makes itself
        known by an error: it would insert, under an id that is not the one it names."""
        if len(updates) == 1:
            return [(await self._collection.update_one(*updates[0])).matched_count > 0]
        try:
            await self._collection.bulk_write([UpdateOne(*each, upsert=True) for each in updates], ordered=False)
        except BulkWriteError as error:
            return [_applied(outcome) for outcome in _each(error.details, len(updates))]
        return [True] * len(updates)


class Writes:
    """Writes of one collection, some for each caller. Those of several callers have no order among them."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._together: Batcher[Sequence[WriteOp], None] = Batcher(self._write, patience=PATIENCE)

    async def __call__(self, operations: Sequence[WriteOp]) -> None:
        """Carry out `operations`, in any order; returns when all are durable.

        Raises:
            DuplicateKeyError, OperationFailure: the first that the store refuses; the others may be carried out.
        """
        if operations:
            await self._together(operations)

    async def _write(self, gathered: Sequence[Sequence[WriteOp]]) -> Sequence[Exception | None]:
        everything = [operation for operations in gathered for operation in operations]
        try:
            await self._collection.bulk_write(everything, ordered=False)
        except BulkWriteError as error:
            outcomes = iter(_each(error.details, len(everything)))
            return [next(filter(None, list(islice(outcomes, len(operations)))), None) for operations in gathered]
        return [None] * len(gathered)


def _applied(outcome: Exception | None) -> bool | Exception:
    if isinstance(outcome, OperationFailure) and outcome.code == _IMMUTABLE:
        return False
    return outcome is None or outcome


def _each(details: Mapping[str, Any] | None, count: int) -> list[Exception | None]:
    """What a bulk write's report says of each of its documents."""
    report = details or {}
    outcomes: list[Exception | None] = [None] * count
    for doubt in report.get("writeConcernErrors", ()):
        outcomes = [OperationFailure(doubt.get("errmsg", ""), doubt.get("code"), doubt)] * count
    for failure in report.get("writeErrors", ()):
        kind = DuplicateKeyError if failure.get("code") == _DUPLICATE else OperationFailure
        outcomes[failure["index"]] = kind(failure.get("errmsg", ""), failure.get("code"), failure)
    return outcomes
