"""What shows a picture: activities and series for everybody, drafts for those who plan."""

from collections.abc import Sequence
from typing import Any, Protocol

from services.chassis.store.mongo import ASCENDING, Collection, IndexModel

FIELD = "state.details.pictures.picture"
"""Where what shows pictures names them."""
SHOWING = IndexModel(
    [(FIELD, ASCENDING)], name="pictures", partialFilterExpression={"state.details.pictures.0": {"$exists": True}}
)
"""The index by which it is found; what has no pictures costs it nothing."""
LATER = "state.revisions.change.details.pictures.picture"
"""Where a series names those that it will show on dates which are not in sight yet."""
SHOWING_LATER = IndexModel([(LATER, ASCENDING)], name="pictures-later")


class Showing(Protocol):
    """What shows pictures."""

    async def publicly(self, picture: str) -> bool:
        """Whether something that everybody reads shows it."""

    async def to(self, picture: str, person: str) -> bool:
        """Whether an activity shows it with which `person` has to do."""

    async def at_all(self, picture: str) -> bool:
        """Whether anything does."""


class PicturesShown:
    """Asks the collections of `activities` and `series`, which are public but for private ones, and of `drafts`."""

    def __init__(self, activities: Collection, series: Collection, drafts: Collection) -> None:
        self._public = (activities, series)
        self._series, self._drafts = series, drafts

    async def publicly(self, picture: str) -> bool:
        activities, series = self._public
        if await _any([activities], picture, private={"$ne": True}):
            return True
        return await _any([series], picture, withheld={"$ne": True})

    async def to(self, picture: str, person: str) -> bool:
        return await _any(self._public[:1], picture, people=person)

    async def at_all(self, picture: str) -> bool:
        if await _any((*self._public, self._drafts), picture):
            return True
        return await self._series.find_one({LATER: picture}, {"_id": 1}) is not None


async def _any(collections: Sequence[Collection], picture: str, **which: Any) -> bool:
    query: dict[str, Any] = {FIELD: picture, "state.details.pictures.0": {"$exists": True}}
    query |= {f"state.{name}": value for name, value in which.items()}
    for collection in collections:
        if await collection.find_one(query, {"_id": 1}) is not None:
            return True
    return False
