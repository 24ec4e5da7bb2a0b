"""Aggregates whose state is to be published again: because somebody asks, or because it may have been overwritten.

Asked by an operator after a `.state` topic was lost or a state model has grown, and by a relay that finds it has
published after its lease ran out. Doubted where a relay does not know what became of a state that it sent: the old
request may arrive after newer ones. Such a state is published again after a wait in which the old one has arrived or
can't any more, and again after longer ones, in case the network between keeps things for longer than it should.

Document: `_id` kind and aggregate, `n` how often it was asked for, `due` when to publish (absent: now), `wait` seconds
of doubt (absent: once is enough). The relay's leader answers; what is asked for again while it does so stays asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.store.mongo import Database, DeleteOne, Document, UpdateOne

_LONGER = 2.0
"""Each wait is this many times the one before: who comes late stands for no longer than it was on its way."""
_LONGEST = 600.0
"""No wait is longer, in seconds. A kernel left to itself tries for 925 s to deliver what it has."""


@dataclass(frozen=True, slots=True)
class RepublishRequest:
    """One aggregate whose state is to be published now."""

    aggregate: str
    asked: int | None
    wait: float | None


class RepublishRequests:
    """The requests of one service."""

    def __init__(self, database: Database) -> None:
        self._requests = database["restates"]

    async def ask(self, kind: str, aggregates: Iterable[str]) -> None:
        """Ask for the states of `aggregates` now; asking twice is asking once."""
        await self._write(kind, aggregates, {"due": "$$NOW"})

    async def doubt(self, kind: str, aggregates: Iterable[str], wait: float) -> None:
        """An older state of `aggregates` may arrive within `wait` seconds, and less likely later."""
        await self._write(kind, aggregates, {"due": _in(wait), "wait": wait})

    async def doubt_asked(self, kind: str, wait: float) -> None:
        """Who was to answer is gone, perhaps with answers on their way: what was asked for is in doubt, too."""
        await self._requests.update_many({"_id": _span(kind), "wait": None}, {"$set": {"wait": wait}})

    async def asked(self, kind: str, limit: int) -> list[RepublishRequest]:
        """Up to `limit` of what is due of a kind."""
        due = {"_id": _span(kind), "$expr": {"$lte": ["$due", "$$NOW"]}}
        found = await self._requests.find(due).limit(limit).to_list(limit)
        return [RepublishRequest(each["_id"]["a"], each.get("n"), each.get("wait")) for each in found]

    async def answered(self, kind: str, requests: Sequence[RepublishRequest]) -> None:
        """Their states are published; those in doubt will be due again."""
        done = [_done(kind, request) for request in requests]
        if done:
            await self._requests.bulk_write(done, ordered=False)

    async def _write(self, kind: str, aggregates: Iterable[str], fields: Document) -> None:
        asked_again = {"n": {"$add": [{"$ifNull": ["$n", 0]}, 1]}}
        requests = [
            UpdateOne({"_id": {"k": kind, "a": id}}, [{"$set": {**asked_again, **fields}}], upsert=True)
            for id in aggregates
        ]
        if requests:
            await self._requests.bulk_write(requests, ordered=False)


def _span(kind: str) -> Document:
    return {"$gte": {"k": kind, "a": ""}, "$lt": {"k": kind, "a": "\U0010ffff"}}


def _in(seconds: float) -> dict[str, Any]:
    return {"$add": ["$$NOW", int(seconds * 1000)]}


def _done(kind: str, request: RepublishRequest) -> "UpdateOne | DeleteOne":
    same = {"_id": {"k": kind, "a": request.aggregate}, "n": request.asked}
    wait = None if request.wait is None else request.wait * _LONGER
    if wait is None or wait > _LONGEST:
        return DeleteOne(same)
    return UpdateOne(same, [{"$set": {"due": _in(wait), "wait": wait}}])
