"""The kind, indexes and queries of wishes, which are found by community, status, proposer and number of supporters."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.contracts.issues import WishState, WishStatus
from services.contracts.topics import ISSUES
from services.issues.shared.queries import by, by_newest
from services.issues.wishes.domain.wishes import Wish

WISHES = Kind(name="wish", collection="wishes", model=Wish, topic=ISSUES, state=WishState, zh="心愿", en="wish")
KINDS = (WISHES,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    WISHES.collection: [
        by_newest("community"),
        by_newest("community", "status"),
        IndexModel([("state.community", ASCENDING), ("state.counted", DESCENDING), ("_id", DESCENDING)], name="wanted"),
        IndexModel([("state.proposer", ASCENDING), ("state.status", ASCENDING)], name="proposer"),
        # Two proposals at the same moment can't count each other, but only one of them gets a seat.
        IndexModel(
            [("state.community", ASCENDING), ("state.proposer", ASCENDING), ("state.seat", ASCENDING)],
            name="one-seat",
            unique=True,
            partialFilterExpression={"state.status": WishStatus.OPEN.value, "state.seat": {"$type": "number"}},
        ),
        by("people"),
        IndexModel([("state.due_at", ASCENDING)], name="due", partialFilterExpression={"state.overdue": False}),
    ],
}

HIDDEN_WISHES: Mapping[str, Any] = {"state.hidden": True}
"""The query for wishes that only their proposer and the staff may know of."""


def wishes_overdue(now: datetime) -> dict[str, Any]:
    """The query for open wishes whose deadline has passed by `now`, and of which this was not told yet."""
    return {"state.overdue": False, "state.due_at": {"$lte": now}, "state.status": WishStatus.OPEN}


def wishes_to_answer(community: str) -> dict[str, Any]:
    """The query for wishes of a community that wait for an answer which is not overdue."""
    return {"state.community": community, "state.status": WishStatus.OPEN, "state.overdue": False}
