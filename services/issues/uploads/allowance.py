"""Limits how much one person may upload in one community in a day, photos and attachments together.

Stored uploads are counted, so that every replica counts the same. Uploads that arrive at the same moment count each
other only once they are stored, so a person may exceed the limit by as many as they send at once.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.errors import CommunityError
from services.chassis.principal import Principal, Role
from services.chassis.store.mongo import Collection

_DAY = timedelta(days=1)
_WORKERS = (Role.GRID_WORKER, Role.HANDLER, Role.SUPERVISOR, Role.STAFF)
MEGABYTE = 1024 * 1024


class UploadsUsedUp(
    CommunityError,
    code="upload.used-up",
    status=429,
    zh="今天上传的文件已达上限（{uploads} 个、{megabytes} MB），请稍后再试。",
    en="You have uploaded as much as one may in a day ({uploads} files, {megabytes} MB); try again later.",
):
    """A bound on what one person can fill the store with."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a person's uploads in a day. Workers, who send the photos of whole walks, have larger ones."""

    uploads: int
    megabytes: int
    worker_uploads: int


class Allowance:
    """Counts what was uploaded to `collections`."""

    def __init__(self, collections: tuple[Collection, ...], clock: Clock, limits: Limits) -> None:
        self._collections = collections
        self._clock = clock
        self._limits = limits

    async def require(self, owner: str, community: str, by: Principal) -> None:
        """Raises UploadsUsedUp when `owner`, who is `by`, has nothing left for today in `community`."""
        since = self._clock() - _DAY
        found = await asyncio.gather(*(_count(each, owner, community, since) for each in self._collections))
        uploads, size = sum(n for n, _, _ in found), sum(n for _, n, _ in found)
        factor, most = 1, self._limits.uploads
        if by.has(community, *_WORKERS):
            most = self._limits.worker_uploads
            factor = max(1, most // self._limits.uploads)
        megabytes = self._limits.megabytes * factor
        if uploads >= most or size >= megabytes * MEGABYTE:
            first = min(moment for _, _, moment in found if moment is not None)
            seconds = max(60, int((first - since).total_seconds()))
            raise UploadsUsedUp(uploads=most, megabytes=megabytes, seconds=seconds)


async def _count(
    collection: Collection, owner: str, community: str, since: datetime
) -> tuple[int, int, datetime | None]:
    """The number of uploads since `since`, their bytes together, and the time of the first."""
    pipeline: list[dict[str, Any]] = [
        {"$match": {"owner": owner, "uploaded_at": {"$gt": since}, "community": community}},
        {"$group": {"_id": None, "n": {"$sum": 1}, "size": {"$sum": "$size"}, "first": {"$min": "$uploaded_at"}}},
    ]
    async for document in collection.aggregate(pipeline):
        return document["n"], document["size"], document["first"]
    return 0, 0, None
