"""Secrets in the addresses of personal calendars, stored as digests. Everybody who has the address can read the
calendar, because calendar programs can't log in.

A person has one document, under their id, so that of several secrets made at once the last one written opens the
calendar, and no other. Documents of the version before stand under the digest; they open the calendar until a new
secret is made.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.chassis.store.mongo import ASCENDING, Collection, IndexModel
from services.chassis.store.unavailable import store_errors

COLLECTION = "calendar_tokens"
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    COLLECTION: [IndexModel([("person", ASCENDING)]), IndexModel([("digest", ASCENDING)], sparse=True)]
}


class Tokens:
    """The secrets of all personal calendars of a service."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def keep(self, token: str, person: str, now: datetime) -> None:
        """Let `token` open the calendar of `person`, in place of any earlier token."""
        with store_errors():
            await self._collection.delete_many({"person": person, "_id": {"$ne": person}})
            kept = {"$set": {"person": person, "digest": _digest(token), "at": now}}
            await self._collection.update_one({"_id": person}, kept, upsert=True)

    async def whose(self, token: str) -> str | None:
        """The person whose calendar `token` opens; None where it opens none, or was revoked."""
        digest = _digest(token)
        with store_errors():
            found = await self._collection.find_one({"$or": [{"digest": digest}, {"_id": digest}]}, {"person": 1})
        return None if found is None else str(found["person"])

    async def revoke(self, person: str) -> None:
        """Revoke the token of `person`."""
        with store_errors():
            await self._collection.delete_many({"person": person})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
