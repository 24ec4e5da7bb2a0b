"""Finds documents whose outbox is not empty. This query alone is the truth about what the relay has to do."""

from collections.abc import AsyncIterator
from datetime import datetime

from services.chassis.store.mongo import Collection, Document
from services.chassis.store.outbox import INDEX

BATCH = 500
"""The most documents that are read and sent at a time."""

_PENDING = {"outbox.0": {"$exists": True}}
_AS_RELAYED: Document = {"outbox": 1, "v": 1, "state.community": 1}


class Pending:
    """The pending documents of one collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def batches(self, fields: Document = _AS_RELAYED) -> AsyncIterator[list[Document]]:
        """Batches of pending documents, the oldest event first. Events of earlier batches may be sent while later ones
        are read."""
        cursor = self._collection.find(_PENDING, fields, batch_size=BATCH, hint=INDEX).sort("outbox.0.time", 1)
        try:
            while batch := await cursor.to_list(BATCH):
                yield batch
                if len(batch) < BATCH:
                    return
        finally:
            await cursor.close()

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many documents are pending, and when the oldest event among them happened."""
        count = await self._collection.count_documents(_PENDING, hint=INDEX)
        oldest = await self._collection.find_one(
            _PENDING, {"outbox": {"$slice": 1}}, sort=[("outbox.0.time", 1)], hint=INDEX
        )
        return count, None if oldest is None else oldest["outbox"][0]["time"]
