"""The list of aggregates whose state is to be published again, because somebody asks or because a newer state may have
been overwritten by an older one.

An operator asks after a `.state` topic was lost or a state model has grown; a relay asks when it has published after
its lease ran out. A relay doubts a state when it does not know what became of sending it: the old request may arrive
after newer ones. A doubted state is published again after a wait in which the old request has arrived or has failed,
and again after longer waits, in case the network keeps requests for longer than it should.

Document: `_id` kind and aggregate, `n` how often it was asked for, `due` when to publish (absent: now), `wait` seconds
of doubt (absent: publish once). The relay's leader publishes; a request that is repeated meanwhile stays in the list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.store.mongo import Database, DeleteOne, Document, UpdateOne

_LONGER = 2.0
"""Each wait is this many times as long as the one before, so that a late state stands for no longer than it was on its
way."""
_LONGEST = 600.0
"""The longest wait in seconds. A kernel left to itself tries for 925 s to deliver what it has."""


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
        """Ask that the states of `aggregates` are published now. Asking twice has the effect of asking once."""
        await self._write(kind, aggregates, {"due": "$$NOW"})

    async def doubt(self, kind: str, aggregates: Iterable[str], wait: float) -> None:
        """Note that an older state of `aggregates` may arrive within `wait` seconds, and less likely later."""
        await self._write(kind, aggregates, {"due": _in(wait), "wait": wait})

    async def doubt_asked(self, kind: str, wait: float) -> None:
        """Doubt, too, every state that was asked for: the leader that was to publish them is gone, and may have some on
        their way."""
        await self._requests.update_many({"_id": _span(kind), "wait": None}, {"$set": {"wait": wait}})

    async def asked(self, kind: str, limit: int) -> list[RepublishRequest]:
        """Up to `limit` requests of `kind` that are due."""
        due = {"_id": _span(kind), "$expr": {"$lte": ["$due", "$$NOW"]}}
        found = await self._requests.find(due).limit(limit).to_list(limit)
        return [RepublishRequest(each["_id"]["a"], each.get("n"), each.get("wait")) for each in found]

    async def answered(self, kind: str, requests: Sequence[RepublishRequest]) -> None:
        """Note that the states of `requests` are published. Requests with a doubt become due again after their next
        wait."""
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
