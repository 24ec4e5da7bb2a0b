"""Pacing: limits how much an account or a recipient is sent, counted for all replicas together.

Each account and each recipient has one document. It holds, for each rate, the moment until which its room is taken up
(the generic cell rate algorithm), and the moment until which the account takes nothing at all, so that every replica
pauses when a provider says "too many".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.chassis.store.mongo import ASCENDING, Database, Document, IndexModel, ReturnDocument
from services.notify.channels.gateways import Rate

PACES = "paces"
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    PACES: [
        IndexModel([("until", ASCENDING)], name="over", expireAfterSeconds=3600),
        IndexModel([("fault", ASCENDING)], name="fault", partialFilterExpression={"fault": {"$type": "string"}}),
    ]
}
_REMEMBERED = timedelta(days=30)
"""So long it is known that an account is at fault, where nobody is sent anything by it."""


class Pacing:
    """Takes room for one message at a time."""

    def __init__(self, database: Database) -> None:
        self._paces = database[PACES]

    async def room(self, name: str, rates: Sequence[Rate], now: datetime) -> datetime | None:
        """Take room for one message of the account or recipient `name`. Returns None where it may be sent now, else the
        time from which there is room."""
        if not rates:
            paused = await self._paces.find_one({"_id": name, "paused": {"$gt": now}}, {"paused": 1})
            until: datetime | None = None if paused is None else paused["paused"]
            return until
        found = await self._paces.find_one_and_update(
            {"_id": name}, _take(rates, now), upsert=True, return_document=ReturnDocument.AFTER
        )
        free: datetime = found["free"]
        return None if free <= now else free

    async def give_back(self, name: str, rates: Sequence[Rate]) -> None:
        """Give back the room that was taken for one message of `name`, which nobody took."""
        less: Document = {f"r{n}": {"$subtract": [f"$r{n}", _gap(rate)]} for n, rate in enumerate(rates)}
        if less:
            await self._paces.update_one({"_id": name, "r0": {"$exists": True}}, [{"$set": less}])

    async def pause(self, name: str, until: datetime) -> None:
        """Let no replica send anything of `name` before `until`."""
        changes: Document = {"$max": {"paused": until, "until": until}}
        await self._paces.update_one({"_id": name}, changes, upsert=True)

    async def blame(self, name: str, fault: str, now: datetime) -> bool:
        """Keep that the account `name` is at `fault`; returns whether that is news, and not another word for a fault
        that was known."""
        changes: Document = {"$set": {"fault": fault}, "$max": {"until": now + _REMEMBERED}}
        before: Document | None = await self._paces.find_one_and_update({"_id": name}, changes, upsert=True)
        return before is None or before.get("fault") is None

    async def acquit(self, name: str) -> bool:
        """The account `name` works; returns whether it was at fault."""
        at_fault: Document = {"_id": name, "fault": {"$type": "string"}}
        return await self._paces.find_one_and_update(at_fault, {"$unset": {"fault": ""}}) is not None

    async def at_fault(self) -> Mapping[str, str]:
        """The accounts that are at fault, with what is wrong with each."""
        found = self._paces.find({"fault": {"$type": "string"}}, {"fault": 1})
        return {document["_id"]: document["fault"] async for document in found}


def _take(rates: Sequence[Rate], now: datetime) -> list[Document]:
    """The update that takes room if there is some, and sets `free` to the time from which there is."""
    taken: dict[str, Any] = {}
    frees: list[Any] = [now, {"$ifNull": ["$paused", now]}]
    for n, rate in enumerate(rates):
        gap = _gap(rate)
        whole = int(rate.per.total_seconds() * 1000)
        after = {"$add": [{"$max": [{"$ifNull": [f"$r{n}", now]}, now]}, gap]}
        taken[f"r{n}"] = after
        frees.append({"$subtract": [after, whole]})
    fits = {"$lte": ["$free", now]}
    kept = {name: {"$cond": [fits, after, f"${name}"]} for name, after in taken.items()}
    return [
        {"$set": {"free": {"$max": frees}}},
        {"$set": {**kept, "until": {"$max": [{"$ifNull": ["$until", now]}, {"$add": [now, _longest(rates)]}]}}},
    ]


def _gap(rate: Rate) -> int:
    """The milliseconds between two messages at a steady pace."""
    return int(rate.per.total_seconds() * 1000 / rate.count)


def _longest(rates: Sequence[Rate]) -> int:
    return max(int(rate.per.total_seconds() * 1000) for rate in rates)
