"""How pictures are kept: one document for each, with both of its JPEGs, written at once."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.aggregate import derived_id
from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, Invalid, UnknownAggregate
from services.chassis.principal import Principal, Role
from services.chassis.store.mongo import (
    ASCENDING,
    Binary,
    Collection,
    Database,
    Document,
    IndexModel,
    insert_or_find,
)
from services.chassis.store.unavailable import store_errors
from services.chassis.words import name_kind
from services.events.pictures.images import drawn

COLLECTION = "activity_pictures"
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    COLLECTION: [
        IndexModel([("owner", ASCENDING), ("sent_at", ASCENDING)]),
        IndexModel([("look_at", ASCENDING)]),
    ]
}
LOOSE = timedelta(days=7)
"""So long a picture is kept that nothing shows."""
LOOKED_AGAIN = timedelta(days=30)
_AT_ONCE = 2
_DAY = timedelta(days=1)
_ABOUT = {"full": 0, "small": 0}
name_kind("picture", "图片", "picture")


class NoSuchPicture(
    Invalid,
    code="picture.unknown",
    zh="图片 {picture} 不存在，或不是本社区的图片。",
    en="There is no picture {picture} in this community.",
):
    """An activity shows pictures of its own community."""


class PicturesUsedUp(
    CommunityError,
    code="picture.used-up",
    status=429,
    zh="今天上传的图片已达上限（{pictures} 张），请明天再试。",
    en="You have sent as many pictures as one may in a day ({pictures}); try again tomorrow.",
):
    """A bound on what one person can fill the store with."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a picture but the picture itself; sizes are in pixels."""

    id: str
    community: str
    width: int
    height: int


class Pictures:
    """The pictures of all communities. `a_day` is how many one person may send in a day."""

    def __init__(self, database: Database, clock: Clock, a_day: int) -> None:
        self.collection: Collection = database[COLLECTION]
        self.clock = clock
        self._a_day = a_day
        self._drawing = asyncio.Semaphore(_AT_ONCE)

    async def keep(self, community: str, data: bytes, by: Principal) -> Picture:
        """Keep the picture in `data`, drawn anew; the same one again is the same picture.

        Raises:
            NotYours, NotAPicture, PictureTooLarge, PicturesUsedUp
        """
        by.require(community, Role.STAFF, Role.ORGANISER)
        id = derived_id("picture", community, hashlib.sha256(data).hexdigest())
        look_at = self.clock() + LOOSE
        with store_errors():
            known = await self.collection.find_one_and_update({"_id": id}, {"$max": {"look_at": look_at}}, _ABOUT)
            if known is not None:
                return _picture(known)
            await self._require_allowance(by.sub)
        async with self._drawing:
            made = await asyncio.to_thread(drawn, data)
        document = {
            "_id": id,
            "community": community,
            "owner": by.sub,
            "sent_at": self.clock(),
            "look_at": look_at,
            "width": made.width,
            "height": made.height,
            "full": Binary(made.full),
            "small": Binary(made.small),
        }
        with store_errors():
            return _picture(await insert_or_find(self.collection, document))

    async def get(self, id: str) -> Picture:
        """What is known of picture `id`.

        Raises:
            UnknownAggregate
        """
        with store_errors():
            found = await self.collection.find_one({"_id": id}, _ABOUT)
        if found is None:
            raise UnknownAggregate(kind="picture", id=id)
        return _picture(found)

    async def read(self, id: str, *, small: bool) -> bytes:
        """The JPEG of picture `id`.

        Raises:
            UnknownAggregate
        """
        which = "small" if small else "full"
        with store_errors():
            found = await self.collection.find_one({"_id": id}, {which: 1})
        if found is None:
            raise UnknownAggregate(kind="picture", id=id)
        return bytes(found[which])

    async def require(self, ids: Iterable[str], community: str) -> None:
        """Raises NoSuchPicture unless all of `ids` are pictures of `community`. They are kept some days from now on."""
        wanted = sorted({*ids})
        if not wanted:
            return
        theirs = {"_id": {"$in": wanted}, "community": community}
        with store_errors():
            await self.collection.update_many(theirs, {"$max": {"look_at": self.clock() + LOOSE}})
            found = {document["_id"] async for document in self.collection.find(theirs, {"_id": 1})}
        for missing in wanted:
            if missing not in found:
                raise NoSuchPicture(picture=missing)

    async def _require_allowance(self, owner: str) -> None:
        sent = await self.collection.count_documents({"owner": owner, "sent_at": {"$gt": self.clock() - _DAY}})
        if sent >= self._a_day:
            raise PicturesUsedUp(pictures=self._a_day)


def _picture(document: Document) -> Picture:
    return Picture(document["_id"], document["community"], document["width"], document["height"])
