"""Carries calls to the store together: while one call is under way, those that come meanwhile gather for the next.

The overhead of a call to MongoDB (a thread of Motor's, a command, a wait for the journal) costs more than its content.
Alone, a call leaves at once. Under load each round carries the calls that have gathered, so that the overhead is
shared, and after a round with many calls the next one waits a moment for more. Each caller gets the answer that a call
of its own would have got: nobody fails because of another caller's data. While the store is away, a write that has
waited long behind a failed one fails with it, as it would have alone: if it were sent later, it would be carried out
when nobody waits for it any more.
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
"""The most calls that one round carries."""

_CROWD = 4
_FEW = 8
_PAUSE_EACH = 0.0005
_LONGEST_PAUSE = 0.006
"""The longest that a round waits for more calls, in seconds."""

PATIENCE = 2.0
"""Seconds: a write that has waited longer behind a call that finds the store away fails with it."""

_DUPLICATE = 11000
_IMMUTABLE = 66
_OTHER_ID: Document = {"_id": ""}

Round = Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]]
"""Carries the calls that have gathered, and gives for each the result, or the error to raise."""


class Batcher(Generic[T, R]):
    """Gathers calls and carries them in rounds, at most `side_by_side` rounds at a time.

    `gathering` is the seconds that every round waits for more calls, for work that nobody waits for; `turns` is how
    many turns of the event loop it waits, for calls that are made at once but not in the same turn. `patience` is the
    seconds after which calls that have waited behind a round fail with it, if it finds the store away.
    """

    def __init__(
        self,
        carry: Round[T, R],
        *,
        side_by_side: int = 1,
        gathering: float = 0.0,
        turns: int = 0,
        patience: float = math.inf,
    ) -> None:
        self._carry = carry
        self._free = side_by_side
        self._gathering = gathering
        self._turns = turns
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
        """Give up the rounds under way, and cancel their callers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._waiting:
            self._waiting.popleft()[1].cancel()

    async def _rounds(self) -> None:
        crowd = 0
        try:
            while self._waiting:
                if pause := self._gathering or pause_behind(crowd):
                    await asyncio.sleep(pause)
                for _ in range(self._turns):
                    await asyncio.sleep(0)
                crowd = min(len(self._waiting), AT_ONCE)
                if not crowd:  # another round has taken the calls meanwhile
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
        except Exception as error:  # raised again in each of the callers
            if is_passing(error):
                self._give_up(error)
            return [error] * len(items)

    def _give_up(self, error: Exception) -> None:
        """Raise `error` in the callers who have waited too long. The first in the queue have waited longest."""
        latest = asyncio.get_running_loop().time() - self._patience
        while self._waiting and self._waiting[0][2] < latest:
            _, answer, _ = self._waiting.popleft()
            if not answer.done():
                answer.set_exception(error)


def pause_behind(crowd: int) -> float:
    """The seconds that the next round waits for more after a round with `crowd` calls."""
    return 0.0 if crowd < _CROWD else min(crowd * _PAUSE_EACH, _LONGEST_PAUSE)


class Inserts:
    """Inserts documents into one collection, those of several callers together."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._batcher: Batcher[Encoded, None] = Batcher(self._insert, patience=PATIENCE)

    async def __call__(self, document: Document) -> None:
        """Insert `document`. Returns when it is durable.

        Raises:
            DuplicateKeyError: the document's id is taken.
        """
        await self._batcher(encoded(document))

    async def many(self, documents: Sequence[Encoded]) -> Sequence[Exception | None]:
        """Insert `documents`: a few along with what others insert just now, many in a call of their own. Returns for
        each None, or the error because of which it was not inserted."""
        if len(documents) > _FEW:
            return await self._insert(documents)
        return await asyncio.gather(*(self._outcome(document) for document in documents))

    async def _outcome(self, document: Encoded) -> Exception | None:
        try:
            await self._batcher(document)
        except Exception as error:  # who asked tells repetitions from trouble
            return error
        return None

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


class Reads(Generic[R]):
    """Reads of single documents of one collection, by `_id`, with one projection. All callers who ask for a document at
    the same time get the same result of `parse`, so it must be immutable."""

    def __init__(self, collection: Collection, projection: Document, parse: Callable[[Document], R]) -> None:
        self._collection = collection
        self._projection = projection
        self._parse = parse
        self._batcher: Batcher[str, R | None] = Batcher(self._read, side_by_side=2)

    async def __call__(self, id: str) -> R | None:
        """The document `id`, read after this call began, or None."""
        return await self._batcher(id)

    async def _read(self, ids: Sequence[str]) -> Sequence[R | Exception | None]:
        if len(ids) == 1:
            found = await self._collection.find_one({"_id": ids[0]}, self._projection)
            return [None if found is None else self._parsed(found)]
        wanted = list(dict.fromkeys(ids))
        documents = await self._collection.find({"_id": {"$in": wanted}}, self._projection).to_list(len(wanted))
        by_id = {document["_id"]: self._parsed(document) for document in documents}
        return [by_id.get(id) for id in ids]

    def _parsed(self, document: Document) -> R | Exception:
        try:
            return self._parse(document)
        except Exception as error:  # raised again in the callers who asked for this document
            return error


class Updates:
    """Updates of single documents of one collection, each with a condition of its own."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._batcher: Batcher[tuple[Document, Encoded], bool] = Batcher(self._update, patience=PATIENCE)

    async def __call__(self, query: Document, update: Document) -> bool:
        """Update the one document that `query` names by its `_id`, and return when that is durable. Returns False,
        without a change, where the document does not fulfil `query` or does not exist.

        Raises:
            DuplicateKeyError: a unique index refuses the changed document.
        """
        return await self._batcher((query, encoded({**update, "$setOnInsert": _OTHER_ID})))

    async def _update(self, updates: Sequence[tuple[Document, Encoded]]) -> Sequence[bool | Exception]:
        """Carry out `updates` together. The store tells only how many of them found their documents, not which. So each
        is an upsert that fails with an error of its own if it finds none, because it would insert another id than it
        names."""
        if len(updates) == 1:
            return [(await self._collection.update_one(*updates[0])).matched_count > 0]
        try:
            await self._collection.bulk_write([UpdateOne(*each, upsert=True) for each in updates], ordered=False)
        except BulkWriteError as error:
            return [_applied(outcome) for outcome in _each(error.details, len(updates))]
        return [True] * len(updates)


class Writes:
    """Bulk writes of one collection, those of several callers together and in no order."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._batcher: Batcher[Sequence[WriteOp], None] = Batcher(self._write, patience=PATIENCE)

    async def __call__(self, operations: Sequence[WriteOp]) -> None:
        """Carry out `operations` in any order. Returns when all are durable.

        Raises:
            DuplicateKeyError, OperationFailure: the store refused an operation, the first of which is raised; others
            may be carried out.
        """
        if operations:
            await self._batcher(operations)

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
    """The error of each of a bulk write's `count` operations, from its report; None for those that succeeded."""
    report = details or {}
    outcomes: list[Exception | None] = [None] * count
    for doubt in report.get("writeConcernErrors", ()):
        outcomes = [OperationFailure(doubt.get("errmsg", ""), doubt.get("code"), doubt)] * count
    for failure in report.get("writeErrors", ()):
        kind = DuplicateKeyError if failure.get("code") == _DUPLICATE else OperationFailure
        outcomes[failure["index"]] = kind(failure.get("errmsg", ""), failure.get("code"), failure)
    return outcomes
