"""Pictures that nothing shows go after some days."""

from datetime import timedelta

from services.chassis.clock import Clock
from services.chassis.store.unavailable import store_errors
from services.events.pictures.shown import Showing
from services.events.pictures.store import LOOKED_AGAIN, Pictures

_BATCH = 100


class LoosePictures:
    """Looks at pictures whose time has come: what shows one may be gone meanwhile."""

    name = "loose-pictures"
    every = timedelta(hours=1)

    def __init__(self, pictures: Pictures, shown: Showing) -> None:
        self._pictures = pictures
        self._shown = shown

    async def once(self, clock: Clock) -> int:
        """Look at those that are to be looked at; returns how many were deleted."""
        deleted, collection = 0, self._pictures.collection
        with store_errors():
            due = collection.find({"look_at": {"$lte": clock()}}, {"look_at": 1}).limit(_BATCH)
            for document in await due.to_list(_BATCH):
                as_seen = {"_id": document["_id"], "look_at": document["look_at"]}  # unless somebody named it meanwhile
                if await self._shown.at_all(document["_id"]):
                    await collection.update_one(as_seen, {"$set": {"look_at": clock() + LOOKED_AGAIN}})
                else:
                    deleted += (await collection.delete_one(as_seen)).deleted_count
        return deleted
