"""The views of feedback for its author, and of its summary. Small numbers are hidden from everybody but managers."""

from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.events.attendance.figures import SMALLEST, hidden
from services.events.feedback.domain import Feedback


class FeedbackView(BaseModel):
    """The caller's own feedback."""

    activity: str
    rating: int
    text: str | None

    @classmethod
    def of(cls, stored: Stored[Feedback]) -> "FeedbackView":
        found = stored.aggregate
        return cls(activity=found.activity, rating=found.rating, text=found.text)


class FeedbackSummary(BaseModel):
    """The summary of the feedback on an activity. `average` and counts are null while few people have given any.

    `texts` holds the words, the newest first and without names, for people who manage the activity; it is null for
    others.
    """

    count: int | None
    average: float | None
    ratings: dict[int, int | None]
    texts: list[str] | None

    @classmethod
    def from_ratings(cls, ratings: Sequence[int], texts: list[str] | None) -> "FeedbackSummary":
        counted = Counter(ratings)
        enough = len(ratings) >= SMALLEST
        return cls(
            count=hidden(len(ratings)),
            average=round(sum(ratings) / len(ratings), 1) if enough else None,
            ratings={each: hidden(counted[each]) if enough else None for each in range(1, 6)},
            texts=texts,
        )
