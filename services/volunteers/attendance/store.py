"""The kind, indexes and queries of presences."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store import tries
from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import IndexModel
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import PresenceState
from services.volunteers.attendance.domain.presence import Presence
from services.volunteers.shared.queries import found_by, listed_by

PRESENCE = Kind(
    name="presence",
    collection="presences",
    model=Presence,
    topic=VOLUNTEERS,
    state=PresenceState,
    zh="签到记录",
    en="presence",
)
KINDS = (PRESENCE,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    PRESENCE.collection: [
        listed_by("community"),
        listed_by("community", "forgotten"),
        listed_by("community", "need"),
        listed_by("community", "person"),
        found_by("person"),
        found_by("due", partialFilterExpression={"state.due": {"$type": "date"}}),
    ],
    tries.COLLECTION: tries.INDEXES,
}


def to_forget(now: datetime) -> dict[str, Any]:
    """The query for presences whose missing check-out counts as forgotten at `now`."""
    return {"state.due": {"$type": "date", "$lte": now}}
