"""Marks on what must be counted anew: left by events, cleared by a sweep that counts, told by readiness to read.

A mark that can't be counted, ever (what it names does not exist, a rule forbids it), is parked with the reason and told
once; the next event that asks for the same count takes it up again. So nothing is tried and told every second for ever.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.chassis.errors import CommunityError, StaleVersion, TooMuchContention, Unavailable
from services.chassis.http.probes import Fact
from services.chassis.store.mongo import Collection, Database, Document, UpdateOne, WriteOp

log = logging.getLogger(__name__)

_PARKED = "parked"
_OPEN: Mapping[str, Any] = {_PARKED: {"$exists": False}}
_LATE = 60.0


def asking(id: str, **told: Any) -> WriteOp:
    """The write that asks for a count of `id`; `told` is what the sweep needs to know."""
    setting = {"$set": told} if told else {}
    return UpdateOne({"_id": id}, {**setting, "$inc": {"asked": 1}, "$unset": {_PARKED: ""}}, upsert=True)


class RecountMarks:
    """The marks of one sweep."""

    def __init__(self, collection: Collection) -> None:
        self._marks = collection

    async def clear(self, count: Callable[[Document], Awaitable[Any]]) -> int:
        """Count all that is marked; returns how many were. A mark that was asked for meanwhile stays.

        Raises:
            Unavailable: the store does not answer.
        """
        return sum([await self._clear(mark, count) async for mark in self._marks.find(dict(_OPEN))])

    async def _clear(self, mark: Document, count: Callable[[Document], Awaitable[Any]]) -> bool:
        same = {"_id": mark["_id"], "asked": mark["asked"]}
        try:
            await count(mark)
        except Unavailable:
            raise
        except (StaleVersion, TooMuchContention):
            return False  # others were quicker; the next turn counts
        except CommunityError as error:
            about = {"marks": self._marks.name, "id": mark["_id"], "error": error.code}
            log.warning("not counted, parked until somebody asks again", extra=about)
            await self._marks.update_one(same, {"$set": {_PARKED: error.code}})
            return False
        await self._marks.delete_one(same)
        return True

    async def waiting(self) -> tuple[int, int]:
        """The number of marks that wait, and of those that are parked."""
        return await self._marks.count_documents(dict(_OPEN)), await self._marks.count_documents(
            {_PARKED: {"$exists": True}}
        )


class UnfinishedCounts:
    """A fact of readiness to read: whether counts that are asked for are made soon."""

    name = "counts"

    def __init__(self, database: Database, *collections: str, now: Callable[[], float] = time.monotonic) -> None:
        self._marks = [RecountMarks(database[name]) for name in collections]
        self._now = now
        self._since: float | None = None

    async def check(self) -> Fact:
        """How many counts are asked for and not made, and for how long some have been without a break.

        Raises:
            PyMongoError: the store does not answer.
        """
        found = [await marks.waiting() for marks in self._marks]
        open_marks, parked = sum(wait for wait, _ in found), sum(parked for _, parked in found)
        if not open_marks:
            self._since = None
        elif self._since is None:
            self._since = self._now()
        late = 0.0 if self._since is None else self._now() - self._since
        value = {"waiting": open_marks, "parked": parked, "seconds": round(late, 1)}
        return Fact(late <= _LATE, f"{open_marks} counts wait, {parked} can't be made", value)
