"""Photos, kept in GridFS of the service's own database: a document about each, and two files.

What it guarantees: the same picture sent again by the same person is the same photo; a photo that is named has both
its files, since its document is written last. A process that dies before that leaves files without a name, which
nobody can read.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.aggregate import derived_id
from services.chassis.clock import Clock
from services.chassis.errors import Invalid, UnknownAggregate
from services.chassis.mongo import ASCENDING, Bucket, Database, Document, DuplicateKeyError, IndexModel
from services.chassis.principal import Principal
from services.issues.images import Picture, redraw

COLLECTION = "photos"
BUCKET = "pictures"
INDEXES = [IndexModel([("owner", ASCENDING)])]
_DRAWN_AT_ONCE = 2


class NotYourPhoto(
    Invalid,
    code="photo.not-yours",
    zh="照片 {photo} 不存在，或不是您在本社区上传的。",
    en="There is no photo {photo} that you uploaded in this community.",
):
    """Who names a photo in a command has uploaded it."""


@dataclass(frozen=True, slots=True)
class Photo:
    """What is known of a photo. `owner`: who uploaded it; None after erasure. Sizes in pixels."""

    id: str
    community: str
    owner: str | None
    uploaded_at: datetime
    width: int
    height: int
    full: Any
    thumbnail: Any


class Photos:
    """The photos of this service."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._about = database[COLLECTION]
        self._bucket = Bucket(database, bucket_name=BUCKET)
        self._files, self._chunks = database[f"{BUCKET}.files"], database[f"{BUCKET}.chunks"]
        self._clock = clock
        self._drawing = asyncio.Semaphore(_DRAWN_AT_ONCE)

    async def keep(self, community: str, data: bytes, by: Principal) -> Photo:
        """Keep the picture in `data`, drawn anew.

        Raises:
            NotAPicture, PictureTooLarge: see `images`.
        """
        by.require(community)
        id = derived_id("photo", community, by.sub, hashlib.sha256(data).hexdigest())
        known = await self._find(id)
        if known is not None:
            return known
        async with self._drawing:
            picture = await asyncio.to_thread(redraw, data)
        return await self._write(id, community, picture, by)

    async def get(self, id: str) -> Photo:
        """The photo `id`.

        Raises:
            UnknownAggregate: there is none.
        """
        found = await self._find(id)
        if found is None:
            raise UnknownAggregate(kind="photo", id=id)
        return found

    async def read(self, photo: Photo, *, thumbnail: bool) -> bytes:
        """The JPEG of `photo`."""
        stream = await self._bucket.open_download_stream(photo.thumbnail if thumbnail else photo.full)
        return bytes(await stream.read())

    async def require(self, ids: Iterable[str], community: str, by: Principal) -> None:
        """Raises NotYourPhoto unless all of `ids` are photos that `by` uploaded in `community`."""
        wanted = set(ids)
        if not wanted:
            return
        query = {"_id": {"$in": sorted(wanted)}, "community": community, "owner": by.sub}
        found = {document["_id"] async for document in self._about.find(query, {"_id": 1})}
        for missing in sorted(wanted - found):
            raise NotYourPhoto(photo=missing)

    async def owned_by(self, person: str) -> list[str]:
        """The ids of the photos that `person` uploaded."""
        return [document["_id"] async for document in self._about.find({"owner": person}, {"_id": 1})]

    async def disown(self, id: str) -> None:
        """Keep the photo, but no longer whose it is."""
        await self._about.update_one({"_id": id}, {"$set": {"owner": None}})

    async def delete(self, id: str) -> None:
        """Delete the photo if there is one. Its files go first: a death in between leaves what a second try finds."""
        photo = await self._find(id)
        if photo is None:
            return
        await self._drop(photo.full, photo.thumbnail)
        await self._about.delete_one({"_id": id})

    async def _write(self, id: str, community: str, picture: Picture, by: Principal) -> Photo:
        full = await self._bucket.upload_from_stream(id, picture.full)
        thumbnail = await self._bucket.upload_from_stream(f"{id}.thumbnail", picture.thumbnail)
        document: Document = {
            "_id": id,
            "community": community,
            "owner": by.sub,
            "uploaded_at": self._clock(),
            "width": picture.width,
            "height": picture.height,
            "full": full,
            "thumbnail": thumbnail,
        }
        try:
            await self._about.insert_one(document)
        except DuplicateKeyError:
            await self._drop(full, thumbnail)
            return await self.get(id)
        return _photo(document)

    async def _drop(self, *files: Any) -> None:
        await self._files.delete_many({"_id": {"$in": list(files)}})
        await self._chunks.delete_many({"files_id": {"$in": list(files)}})

    async def _find(self, id: str) -> Photo | None:
        document = await self._about.find_one({"_id": id})
        return None if document is None else _photo(document)


def _photo(document: Document) -> Photo:
    return Photo(id=document["_id"], **{name: document[name] for name in document if name != "_id"})
