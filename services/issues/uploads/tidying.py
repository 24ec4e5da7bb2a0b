"""Tidies up uploads: those that nothing shows, and files of processes that died before they could name them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.store.mongo import Collection, Database, ObjectId
from services.issues.uploads.attachments import Attachments
from services.issues.uploads.photos import Photos
from services.issues.uploads.store import Kept
from services.issues.uploads.visibility import UploadVisibility

PROGRESS = "tidying"
"""The collection that holds how far files were looked through, by bucket."""

_BATCH = 200
_GRACE = timedelta(days=1)
_FIRST = "0" * 24


class LooseUploads:
    """Deletes photos and attachments that no case and no finding shows, some days after they were last named."""

    name = "loose-uploads"
    every = timedelta(minutes=10)

    def __init__(self, photos: Photos, attachments: Attachments, visibility: UploadVisibility) -> None:
        self._kept = ((photos, visibility.photos_among), (attachments, visibility.attachments_among))

    async def once(self, clock: Clock) -> int:
        """Look at those that are to be looked at; returns how many were deleted."""
        return sum([await self._tidy(kept, shown) for kept, shown in self._kept])

    async def _tidy(self, kept: Kept, shown: Callable[[Sequence[str]], Awaitable[set[str]]]) -> int:
        deleted = 0
        while due := await kept.perhaps_loose(_BATCH):
            ids = [document["_id"] for document in due]
            needed = await shown(ids)
            await kept.settled(sorted(needed))
            for document in due:
                deleted += document["_id"] not in needed and await kept.delete_loose(document)
        return deleted


class OrphanedFiles:
    """Deletes files that no document names a day after they were begun. Each file is looked at once."""

    name = "orphaned-files"
    every = timedelta(hours=1)

    def __init__(self, photos: Photos, attachments: Attachments, database: Database) -> None:
        self._kept: tuple[Kept, ...] = (photos, attachments)
        self._progress: Collection = database[PROGRESS]

    async def once(self, clock: Clock) -> int:
        """Look at the files of the time since the last look; returns how many were deleted."""
        until = ObjectId.from_datetime(clock() - _GRACE)
        return sum([await self._look_through(kept, until) for kept in self._kept])

    async def _look_through(self, kept: Kept, until: ObjectId) -> int:
        deleted = 0
        while begun := await self._begun(kept, until):
            named = await _named_files(kept, begun)
            orphans = [file for file in begun if file not in named]
            await kept.drop(orphans)
            deleted += len(orphans)
            await self._progress.update_one({"_id": kept.bucket}, {"$set": {"upto": begun[-1]}}, upsert=True)
        return deleted

    async def _begun(self, kept: Kept, until: ObjectId) -> list[ObjectId]:
        """The next files, in the order in which they were begun. A file's first piece is written before its name."""
        progress = await self._progress.find_one({"_id": kept.bucket})
        after = ObjectId(_FIRST) if progress is None else progress["upto"]
        first_pieces = {"files_id": {"$gt": after, "$lt": until}, "n": 0}
        found = kept.chunks.find(first_pieces, {"files_id": 1}).sort("files_id", 1).limit(_BATCH)
        return [chunk["files_id"] for chunk in await found.to_list(_BATCH)]


async def _named_files(kept: Kept, files: Sequence[ObjectId]) -> set[Any]:
    described = await kept.files.find({"_id": {"$in": list(files)}}, {"filename": 1}).to_list(None)
    uploads = {str(file["filename"]).removesuffix(".thumbnail") for file in described}
    documents = await kept.about.find({"_id": {"$in": sorted(uploads)}}).to_list(None)
    return {file for document in documents for file in kept.files_of(document)}
