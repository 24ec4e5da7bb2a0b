"""How notices are kept: an index for every way in which they are looked for, and the questions asked of them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import ASCENDING, DESCENDING, Document, IndexModel
from services.contracts.notices import NoticeChannel, NoticeKind, NoticeState, NoticeStatus
from services.contracts.topics import NOTICES
from services.notify.notices.domain.notice import CLAIM_LASTS, Notice

NOTICE = Kind("notice", "notices", Notice, NOTICES, NoticeState)
KINDS: tuple[Kind[Any], ...] = (NOTICE,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    NOTICE.collection: [
        IndexModel([("state.status", ASCENDING), ("state.not_before", ASCENDING)], name="due"),
        IndexModel([("state.status", ASCENDING), ("state.claimed_at", ASCENDING)], name="claims"),
        IndexModel(
            [
                ("state.recipient", ASCENDING),
                ("state.channel", ASCENDING),
                ("state.delivered_at", DESCENDING),
                ("_id", DESCENDING),
            ],
            name="inbox",
        ),
        IndexModel(
            [("state.recipient", ASCENDING), ("state.channel", ASCENDING), ("state.status", ASCENDING)], name="unread"
        ),
        IndexModel(
            [("state.community", ASCENDING), ("state.about", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
            name="why_about",
        ),
        IndexModel(
            [("state.community", ASCENDING), ("state.cause", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
            name="why_cause",
        ),
        IndexModel([("state.about", ASCENDING), ("state.kind", ASCENDING), ("state.status", ASCENDING)], name="about"),
    ],
}


class Notices:
    """Questions about many notices at once."""

    def __init__(self, aggregates: Aggregates[Notice]) -> None:
        self.aggregates = aggregates
        self._collection = aggregates.collection

    async def waiting(self, about: str, kind: NoticeKind, recipients: Iterable[str] | None = None) -> list[str]:
        """The ids of queued notices of `kind` that speak of `about`, to `recipients` or (None) to anybody."""
        query: Document = {"state.about": about, "state.kind": kind, "state.status": NoticeStatus.QUEUED}
        if recipients is not None:
            query["state.recipient"] = {"$in": list(recipients)}
        return [document["_id"] async for document in self._collection.find(query, {"_id": 1}).sort("_id", ASCENDING)]

    async def due(self, now: datetime, limit: int) -> list[tuple[str, NoticeChannel, str]]:
        """Queued notices whose time has come, those that wait longest first, as (id, channel, recipient)."""
        fields = {"state.channel": 1, "state.recipient": 1}
        found = self._collection.find(due(now), fields).sort("state.not_before", ASCENDING).limit(limit)
        return [(d["_id"], NoticeChannel(d["state"]["channel"]), d["state"]["recipient"]) async for d in found]

    async def unread(self, person: str) -> int:
        """How many notices in the inbox of `person` are not read. The count is exact."""
        return await self._collection.count_documents(
            {"state.recipient": person, "state.channel": NoticeChannel.INBOX, "state.status": NoticeStatus.DELIVERED}
        )

    async def about(self, about: str) -> AsyncIterator[str]:
        """The ids of all notices that speak of `about`."""
        async for document in self._collection.find({"state.about": about}, {"_id": 1}):
            yield document["_id"]

    async def of(self, person: str, community: str | None = None) -> AsyncIterator[str]:
        """The ids of all notices to `person`, in `community` or (None) in all."""
        theirs = {"state.recipient": person} | ({} if community is None else {"state.community": community})
        async for document in self._collection.find(theirs, {"_id": 1}):
            yield document["_id"]


def due(now: datetime) -> Document:
    """The query for notices whose time has come."""
    return {"state.status": NoticeStatus.QUEUED, "state.not_before": {"$lte": now}}


def lapsed(now: datetime) -> Document:
    """The query for notices whose sender must have died."""
    return {"state.status": NoticeStatus.SENDING, "state.claimed_at": {"$lte": now - CLAIM_LASTS}}


def inbox(person: str) -> Document:
    """The query for notices in the inbox of `person`."""
    return {
        "state.recipient": person,
        "state.channel": NoticeChannel.INBOX,
        "state.status": {"$in": [NoticeStatus.DELIVERED, NoticeStatus.READ]},
    }
