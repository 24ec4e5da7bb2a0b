"""The kind, indexes and queries of broadcasts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Kind, newest_first
from services.chassis.store.mongo import ASCENDING, Document, IndexModel
from services.contracts.topics import NOTICES
from services.notify.broadcasts.domain import Broadcast, BroadcastStatus

BROADCAST = Kind("notice-broadcast", "notice_broadcasts", Broadcast, NOTICES, None, zh="群发", en="broadcast")
KINDS: tuple[Kind[Any], ...] = (BROADCAST,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    BROADCAST.collection: [
        IndexModel(list(newest_first("state.community")), name="community"),
        IndexModel([("state.status", ASCENDING)], name="status"),
    ]
}


def running() -> Document:
    """The query for running broadcasts."""
    return {"state.status": BroadcastStatus.RUNNING}


def stopped_since(moment: datetime) -> Document:
    """The query for broadcasts that staff stopped at `moment` or later."""
    return {"state.status": BroadcastStatus.STOPPED, "state.done_at": {"$gte": moment}}
