"""Uploads of people, kept in GridFS of the service's own database: a document about each upload, and its files.

What is guaranteed: an upload that is named has its files, since its document is written last; the same thing sent again
by the same person is the same upload; its uploader stands in the document as an alias. An upload that nothing shows
goes after some days, and so do the files of a process that died between them and their document (`tidying`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.principal import Principal
from services.chassis.store.mongo import (
    ASCENDING,
    Bucket,
    Collection,
    Database,
    Document,
    IndexModel,
    insert_or_find,
)
from services.issues.privacy.vault import Vault

INDEXES = [
    IndexModel([("owner", ASCENDING), ("uploaded_at", ASCENDING)], name="uploads-of-a-person"),
    IndexModel([("check_at", ASCENDING)], name="perhaps-loose", sparse=True),
]


class Kept:
    """Uploads of one kind. Files are named by the id of their document, with or without an ending."""

    def __init__(
        self, database: Database, clock: Clock, vault: Vault, *, about: str, bucket: str, loose: timedelta
    ) -> None:
        self.about: Collection = database[about]
        self.files: Collection = database[f"{bucket}.files"]
        self.chunks: Collection = database[f"{bucket}.chunks"]
        self.bucket = bucket
        self.clock = clock
        self.vault = vault
        self._loose = loose
        self._grid = Bucket(database, bucket_name=bucket)

    async def owned(self, ids: Iterable[str], community: str, by: Principal) -> set[str]:
        """Those of `ids` that `by` uploaded in `community`. They are kept some days from now on, to be shown."""
        wanted = sorted(set(ids))
        if not wanted:
            return set()
        query = {"_id": {"$in": wanted}, "community": community, "owner": await self.vault.alias(by.sub)}
        marked = await self.about.update_many(query, {"$set": {"check_at": self.later()}})
        if marked.matched_count == len(wanted):
            return set(wanted)
        return {document["_id"] async for document in self.about.find(query, {"_id": 1})}

    async def owned_by(self, person: str, community: str | None = None) -> list[str]:
        """The ids of what `person` uploaded, in `community` or (None) in all."""
        theirs = {"owner": await self.vault.alias(person)} | ({} if community is None else {"community": community})
        return [document["_id"] async for document in self.about.find(theirs, {"_id": 1})]

    async def is_owner(self, owner: str | None, by: Principal) -> bool:
        """Whether `by` is the uploader whose alias is `owner`."""
        return owner is not None and owner == await self.vault.alias(by.sub)

    async def disown(self, id: str) -> None:
        """Keep the upload, but forget its uploader."""
        await self.about.update_one({"_id": id}, {"$set": {"owner": None}})

    async def delete(self, id: str) -> None:
        """Delete the upload if there is one. Its files go first: a death in between leaves what a second try finds."""
        document = await self.about.find_one({"_id": id})
        if document is None:
            return
        await self.drop(self.files_of(document))
        await self.about.delete_one({"_id": id})

    async def look_again(self, ids: Sequence[str]) -> None:
        """Note that `ids` may soon be shown by nothing."""
        if ids:
            await self.about.update_many({"_id": {"$in": list(ids)}}, {"$set": {"check_at": self.later()}})

    async def perhaps_loose(self, limit: int) -> list[Document]:
        """Uploads that are to be looked at now, to see whether something shows them."""
        due = self.about.find({"check_at": {"$lte": self.clock()}}, {"_id": 1, "check_at": 1})
        return await due.sort("check_at", ASCENDING).limit(limit).to_list(limit)

    async def settled(self, ids: Sequence[str]) -> None:
        """Note that something shows `ids`."""
        now = self.clock()
        await self.about.update_many(
            {"_id": {"$in": list(ids)}, "check_at": {"$lte": now}}, {"$unset": {"check_at": ""}}
        )

    async def delete_loose(self, document: Document) -> bool:
        """Delete an upload that was to be looked at and is shown by nothing, unless somebody named it meanwhile."""
        claimed = await self.about.update_one(
            {"_id": document["_id"], "check_at": document["check_at"]}, {"$set": {"owner": None}}
        )
        if claimed.matched_count:
            await self.delete(document["_id"])
        return bool(claimed.matched_count)

    async def drop(self, files: Sequence[Any]) -> None:
        """Delete files, also those of which only some pieces were written."""
        await self.files.delete_many({"_id": {"$in": list(files)}})
        await self.chunks.delete_many({"files_id": {"$in": list(files)}})

    def files_of(self, document: Document) -> list[Any]:
        """The files that `document` names."""
        return [document[name] for name in ("full", "thumbnail", "file") if name in document]

    def later(self) -> datetime:
        """When to look whether something shows an upload of now."""
        return self.clock() + self._loose

    async def upload(self, name: str, data: bytes) -> Any:
        """Write a file; returns its id."""
        return await self._grid.upload_from_stream(name, data)

    async def download(self, file: Any) -> bytes:
        """The content of a file."""
        stream = await self._grid.open_download_stream(file)
        return bytes(await stream.read())

    async def insert(self, document: Document) -> Document:
        """Write the document of files that are written, last; where another was quicker, its document stands."""
        standing = await insert_or_find(self.about, document)
        if standing is not document:
            await self.drop(self.files_of(document))
        return standing

    async def again(self, id: str, owner: str) -> Document | None:
        """The document of the upload `id`, if it was made before. It is kept some days more, and is its `owner`'s again
        after
        an erasure."""
        found: Document | None = await self.about.find_one_and_update(
            {"_id": id, "owner": {"$in": [owner, None]}}, {"$set": {"owner": owner}}
        )
        if found is not None and "check_at" in found:
            await self.look_again([id])
        return found
