"""Pacing: how much an account or a recipient may be sent, counted once for all replicas.

Each account and each recipient has one document. It holds, for each rate, the moment until which its room is taken up
(the generic cell rate algorithm), and until when the account takes nothing at all: a provider that says "too many" is
believed by every replica.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store.mongo import ASCENDING, Database, Document, IndexModel, ReturnDocument
from services.notify.channels.gateways import Rate

PACES = "paces"
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    PACES: [IndexModel([("until", ASCENDING)], name="over", expireAfterSeconds=3600)]
}


class Pacing:
    """Gives room for one message at a time."""

    def __init__(self, database: Database) -> None:
        self._paces = database[PACES]

    async def room(self, name: str, rates: Sequence[Rate], now: datetime) -> datetime | None:
        """Take room for one message of `name`; None: it may go. Else from when on there is some."""
        if not rates:
            paused = await self._paces.find_one({"_id": name, "paused": {"$gt": now}}, {"paused": 1})
            until: datetime | None = None if paused is None else paused["paused"]
            return until
        found = await self._paces.find_one_and_update(
            {"_id": name}, _take(rates, now), upsert=True, return_document=ReturnDocument.AFTER
        )
        free: datetime = found["free"]
        return None if free <= now else free

    async def pause(self, name: str, until: datetime) -> None:
        """Nothing of `name` may go before `until`, by any replica."""
        changes: Document = {"$max": {"paused": until, "until": until}}
        await self._paces.update_one({"_id": name}, changes, upsert=True)


def _take(rates: Sequence[Rate], now: datetime) -> list[Document]:
    """The update that takes room, if there is some, and says from when on there is (`free`)."""
    taken: dict[str, Any] = {}
    frees: list[Any] = [now, {"$ifNull": ["$paused", now]}]
    for n, rate in enumerate(rates):
        gap = int(rate.per.total_seconds() * 1000 / rate.count)
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


def _longest(rates: Sequence[Rate]) -> int:
    return max(int(rate.per.total_seconds() * 1000) for rate in rates)
