"""Calls made side by side travel together: while one is on its way to the store, those that come meanwhile gather.

A call to MongoDB costs more than what it carries: a thread of Motor's, a command, a wait for the journal. Alone, a call
leaves at once; under load each round carries what has gathered, so that the cost is shared. What is answered to one
caller is what a call of its own would have been answered: nobody fails by what a neighbour sent.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from services.chassis.store.mongo import (
    BulkWriteError,
    Collection,
    Document,
    DuplicateKeyError,
    Encoded,
    OperationFailure,
    encoded,
)

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 256
"""Calls that one round carries at most."""

_DUPLICATE = 11000

Round = Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]]
"""Carries what gathered, and answers each: what to return, or what to raise."""


class Batcher(Generic[T, R]):
    """Gathers calls and carries them in rounds, `side_by_side` of them under way at a time.

    `gathering`: seconds that a round waits for more before it leaves; for what nobody waits for.
    """

    def __init__(self, carry: Round[T, R], *, side_by_side: int = 1, gathering: float = 0.0) -> None:
        self._carry = carry
        self._free = side_by_side
        self._gathering = gathering
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, item: T) -> R:
        """The answer to `item`. A caller that is cancelled doesn't take back what it has sent."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
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
        try:
            while self._waiting:
                if self._gathering:
                    await asyncio.sleep(self._gathering)
                gathered = [self._waiting.popleft() for _ in range(min(len(self._waiting), AT_ONCE))]
                try:
                    outcomes = await self._outcomes([item for item, _ in gathered])
                except asyncio.CancelledError:
                    for _, answer in gathered:
                        answer.cancel()
                    raise
                for (_, answer), outcome in zip(gathered, outcomes, strict=True):
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
            return [error] * len(items)


class Inserts:
    """Inserts into one collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._together: Batcher[Encoded, None] = Batcher(self._insert)

    async def __call__(self, document: Document) -> None:
        """Insert `document`; returns when it is durable.

        Raises:
            DuplicateKeyError: its id is taken.
        """
        await self._together(encoded(document))

    async def _insert(self, documents: Sequence[Encoded]) -> Sequence[Exception | None]:
        if len(documents) == 1:
            await self._collection.insert_one(documents[0])
            return [None]
        try:
            await self._collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            return _each(error.details, len(documents))
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
