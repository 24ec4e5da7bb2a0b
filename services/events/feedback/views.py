"""The views of feedback for its author, and of its summary. Small numbers are hidden, from managers too.

From a summary it can't be told that few gave a rating: as far as it says, nobody did or five.
"""

from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.events.feedback.domain import Feedback

SMALLEST = 5
"""So many voices are told together, and numbers below it are hidden."""
_STEPS = ((50, 10), (10, 2), (0, 1))
"""Of so many voices on, the average is told in so many steps from one rating to the next."""


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
    """The summary of the feedback on an activity. It goes on with every fifth voice: `count` is a multiple of five, and
    null while it would be none; `average` is that of so many, in whole steps, from ten voices on in halves and from
    fifty in tenths. `ratings` are told once nobody can give feedback any more, and are all null where few gave one of
    them, or fewer than ten any.

    `texts` holds the words, the newest first and without names, for people who manage the activity; it is null for
    others.
    """

    count: int | None
    average: float | None
    ratings: dict[int, int | None]
    texts: list[str] | None

    @classmethod
    def from_ratings(
        cls, ratings: Sequence[int], texts: list[str] | None, *, closed: bool = False
    ) -> "FeedbackSummary":
        """The summary of `ratings`, the first one first; `closed` where no more can come."""
        counted = ratings[: len(ratings) // SMALLEST * SMALLEST]
        each = Counter(counted)
        told = closed and len(counted) >= 2 * SMALLEST and all(count >= SMALLEST for count in each.values())
        return cls(
            count=len(counted) or None,
            average=_average(counted) if counted else None,
            ratings={rating: each[rating] if told else None for rating in range(1, 6)},
            texts=texts,
        )


def _average(ratings: Sequence[int]) -> float:
    """The average, by steps so wide that several sums come to it: else few ratings would follow from it."""
    steps = next(steps for least, steps in _STEPS if len(ratings) >= least)
    return (2 * sum(ratings) * steps + len(ratings)) // (2 * len(ratings)) / steps
