"""Photos, kept in GridFS of the service's own database: a document about each, and two files.

What `store` guarantees of every upload holds here. A photo that is named has both its files.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import derived_id
from services.chassis.clock import Clock
from services.chassis.errors import Invalid, UnknownAggregate
from services.chassis.principal import Principal
from services.chassis.store.mongo import ASCENDING, Database, Document, IndexModel
from services.chassis.words import name_kind
from services.issues.privacy.vault import Vault
from services.issues.shared.values import called
from services.issues.uploads import store as kept
from services.issues.uploads.allowance import Allowance
from services.issues.uploads.images import MAX_BYTES, Picture, PictureTooLarge, redraw
from services.issues.uploads.labels import taken
from services.issues.uploads.store import Kept

COLLECTION = "photos"
name_kind("photo", "照片", "photo")
BUCKET = "pictures"
INDEXES = [
    *kept.INDEXES,
    IndexModel([("content", ASCENDING), ("community", ASCENDING)], name="content", sparse=True),
]
_DRAWN_AT_ONCE = 2
_CLAIMED = timedelta(seconds=30)
"""Longer than a command takes; what came of it says then what shows a photo."""


class NotYourPhoto(
    Invalid,
    code="photo.not-yours",
    zh="{photo}不存在，或不是您在本社区上传的。",
    en="{photo} does not exist, or you did not upload it in this community.",
):
    """A photo that a command names was uploaded by its caller."""


@dataclass(frozen=True, slots=True)
class Photo:
    """All that is known of a photo. `owner` is the alias of its uploader, None after their erasure; sizes are in
    pixels. `taken_at`: what the camera said of the time; the picture itself says it no more. `content`: a digest of
    the file as it was sent. Photos that were kept before these were have neither."""

    id: str
    community: str
    owner: str | None
    uploaded_at: datetime
    width: int
    height: int
    full: Any
    thumbnail: Any
    taken_at: datetime | None = None
    content: str | None = None


class Photos(Kept):
    """The photos of this service."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, allowance: Allowance, loose: timedelta) -> None:
        super().__init__(database, clock, vault, about=COLLECTION, bucket=BUCKET, loose=loose)
        self._allowance = allowance
        self._drawing = asyncio.Semaphore(_DRAWN_AT_ONCE)

    async def keep(self, community: str, data: bytes, by: Principal) -> Photo:
        """Keep the picture in `data`, drawn anew.

        Raises:
            NotAPicture, PictureTooLarge: see `images`.
            UploadsUsedUp: they uploaded enough for today.
            PersonGone: they were erased.
        """
        by.require(community)
        await self.vault.require_here(by.sub, community)
        if len(data) > MAX_BYTES:
            raise PictureTooLarge()
        owner = await self.vault.alias(by.sub)
        # By the alias: who holds a picture can't find out from its id who of all people sent it.
        content = hashlib.sha256(data).hexdigest()
        id = derived_id("photo", community, owner, content)
        known = await self.again(id, owner)
        if known is not None:
            return _photo(known)
        await self._allowance.require(owner, community, by)
        async with self._drawing:
            picture = await asyncio.to_thread(redraw, data)
            labels = await asyncio.to_thread(taken, data)
        kept = await self._write(id, community, picture, owner, {"taken_at": labels.at, "content": content})
        await self.vault.look_after(by.sub, community)
        return kept

    async def get(self, id: str) -> Photo:
        """The photo `id`.

        Raises:
            UnknownAggregate: there is none.
        """
        found = await self.about.find_one({"_id": id})
        if found is None:
            raise UnknownAggregate(kind="photo", id=id)
        return _photo(found)

    async def read(self, photo: Photo, *, thumbnail: bool) -> bytes:
        """The JPEG of `photo`."""
        return await self.download(photo.thumbnail if thumbnail else photo.full)

    async def require(self, ids: Iterable[str], community: str, by: Principal) -> None:
        """Raises NotYourPhoto unless all of `ids` are photos that `by` uploaded in `community`."""
        sent = list(ids)
        owned = await self.owned(set(sent), community, by)
        for missing in (id for id in sent if id not in owned):
            raise NotYourPhoto(photo=called(missing, sent))

    async def those_of(self, ids: Sequence[str]) -> list[Photo]:
        """Those of `ids` that exist, in their order."""
        found = {document["_id"]: _photo(document) async for document in self.about.find({"_id": {"$in": list(ids)}})}
        return [found[id] for id in ids if id in found]

    async def twins(self, ids: Sequence[str], community: str) -> dict[str, list[Photo]]:
        """For each of `ids` the photos of `community` that were made of the same file, whoever sent it; itself too."""
        photos = await self.those_of(ids)
        contents = {photo.content for photo in photos if photo.content is not None}
        same = self.about.find({"content": {"$in": sorted(contents)}, "community": community}) if contents else None
        others = [] if same is None else [_photo(document) async for document in same]
        return {
            photo.id: [photo, *(each for each in others if each.content == photo.content and each.id != photo.id)]
            for photo in photos
        }

    async def claim(self, ids: Sequence[str], case: str) -> set[str]:
        """Hold the photos `ids` for a moment, so that no other case than `case` comes to show them meanwhile; returns
        those that are held for another one."""
        now = self.clock()
        held = {"claim.case": {"$nin": [None, case]}, "claim.until": {"$gt": now}}
        claim = {"case": case, "until": now + _CLAIMED}
        await self.about.update_many({"_id": {"$in": list(ids)}, "$nor": [held]}, {"$set": {"claim": claim}})
        return {document["_id"] async for document in self.about.find({"_id": {"$in": list(ids)}, **held}, {"_id": 1})}

    async def let_go(self, ids: Sequence[str], case: str) -> None:
        """Hold the photos `ids` no longer for `case`."""
        await self.about.update_many({"_id": {"$in": list(ids)}, "claim.case": case}, {"$unset": {"claim": ""}})

    async def _write(self, id: str, community: str, picture: Picture, owner: str, said: Document) -> Photo:
        full = await self.upload(id, picture.full)
        thumbnail = await self.upload(f"{id}.thumbnail", picture.thumbnail)
        document: Document = {
            "_id": id,
            "community": community,
            "owner": owner,
            "uploaded_at": self.clock(),
            "check_at": self.later(),
            "size": len(picture.full) + len(picture.thumbnail),
            "width": picture.width,
            "height": picture.height,
            "full": full,
            "thumbnail": thumbnail,
            **said,
        }
        return _photo(await self.insert(document))


def _photo(document: Document) -> Photo:
    names = (name for name in Photo.__dataclass_fields__ if name != "id")
    return Photo(id=document["_id"], **{name: document[name] for name in names if name in document})
