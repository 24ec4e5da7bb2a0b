"""The views of feedback for its author, and of its summary. Small numbers are hidden, from managers too."""

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
    `ratings` are all null where few gave one of them: the others and `count`, or the average, would lead to it.

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
        told = enough and all(hidden(each) is not None for each in counted.values())
        return cls(
            count=hidden(len(ratings)),
            average=round(sum(ratings) / len(ratings), 1) if enough else None,
            ratings={each: counted[each] if told else None for each in range(1, 6)},
            texts=texts,
        )
