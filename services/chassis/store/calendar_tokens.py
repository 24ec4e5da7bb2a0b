"""Secrets of personal calendars: whoever has the address reads it, as calendar programs must. Kept as digests."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.chassis.store.mongo import ASCENDING, Collection, IndexModel
from services.chassis.store.unavailable import store_errors

COLLECTION = "calendar_tokens"
INDEXES: Mapping[str, Sequence[IndexModel]] = {COLLECTION: [IndexModel([("person", ASCENDING)])]}


class Tokens:
    """Whose calendar a secret opens."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def keep(self, token: str, person: str, now: datetime) -> None:
        """From now on `token` opens the calendar of `person`, and no earlier one does."""
        with store_errors():
            await self._collection.delete_many({"person": person, "_id": {"$ne": _digest(token)}})
            kept = {"$setOnInsert": {"person": person, "at": now}}
            await self._collection.update_one({"_id": _digest(token)}, kept, upsert=True)

    async def whose(self, token: str) -> str | None:
        """Whose calendar `token` opens; None where it opens none, or not any more."""
        with store_errors():
            found = await self._collection.find_one({"_id": _digest(token)}, {"person": 1})
        return None if found is None else str(found["person"])

    async def revoke(self, person: str) -> None:
        """No secret opens the calendar of `person` any more."""
        with store_errors():
            await self._collection.delete_many({"person": person})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
