"""The kind, indexes and queries of feedback, which is found by activity and by person."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.contracts.activities import FeedbackState
from services.contracts.topics import ACTIVITIES
from services.events.feedback.domain import Feedback

FEEDBACK = Kind(
    name="feedback",
    collection="feedback",
    model=Feedback,
    topic=ACTIVITIES,
    state=FeedbackState,
    zh="活动反馈",
    en="feedback",
)
KINDS: tuple[Kind[Any], ...] = (FEEDBACK,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    FEEDBACK.collection: [
        IndexModel([("state.activity", ASCENDING), ("at", DESCENDING)]),
        IndexModel([("state.person", ASCENDING)]),
    ],
}


def about(activity: str) -> dict[str, Any]:
    """The query for feedback on an activity."""
    return {"state.activity": activity}


def of_person(person: str) -> dict[str, Any]:
    """The query for feedback by a person."""
    return {"state.person": person}
