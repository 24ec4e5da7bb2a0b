"""Feedback by people who came to an activity: a rating, and words that only its managers read, without a name."""

from datetime import datetime, timedelta

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, event_from
from services.chassis.errors import Conflict
from services.chassis.principal import Principal
from services.chassis.values import Request, Text
from services.contracts.activities import ActivityStatus, FeedbackErased, FeedbackGiven, FeedbackState
from services.contracts.marks import Someone, Thing, Words
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.ending import NotOverYet

GIVEN_WITHIN = timedelta(days=30)
"""The time after an activity's end within which people may give feedback."""


class NotThere(
    Conflict, code="feedback.not-there", zh="只有到场的人可以评价。", en="Those who were there say how it was."
):
    """The caller was not at the activity."""


class FeedbackOver(Conflict, code="feedback.over", zh="评价已截止。", en="It is too late to say how it was."):
    """The activity ended too long ago for feedback."""


class Feedback(Aggregate):
    """The feedback of one person on one activity."""

    activity: Thing[str]
    person: Someone[str]
    rating: int
    text: Words[str | None] = None
    at: datetime

    def public(self) -> FeedbackState:
        return FeedbackState(activity=self.activity, rating=self.rating)


class GiveFeedback(Request):
    """Feedback: a rating from 1 (bad) to 5 (good), with or without words."""

    rating: int = Field(ge=1, le=5)
    text: Text | None = None


def give(id: str, activity: Activity, body: GiveFeedback, by: Principal, now: datetime) -> Decision[Feedback]:
    """Give feedback, as somebody who came.

    Raises:
        NotYours, NotOverYet, NotThere, FeedbackOver
    """
    may_give(activity, by, now)
    given = Feedback(
        id=id,
        community=activity.community,
        activity=activity.id,
        person=by.sub,
        rating=body.rating,
        text=body.text,
        at=now,
    )
    return decided(given, event_from(FeedbackGiven, given))


def may_give(activity: Activity, by: Principal, now: datetime) -> None:
    """Raise a refusal unless `by` may give feedback now.

    Raises:
        NotYours, NotOverYet, NotThere, FeedbackOver
    """
    by.require(activity.community)
    if activity.status is ActivityStatus.CANCELLED or now < activity.ends_at:
        raise NotOverYet()
    if all(presence.person != by.sub for presence in activity.presences):
        raise NotThere()
    if now > activity.ends_at + GIVEN_WITHIN:
        raise FeedbackOver()


def again(
    feedback: Feedback, activity: Activity, body: GiveFeedback, by: Principal, now: datetime
) -> Decision[Feedback]:
    """Replace the feedback that the same person gave before.

    Raises:
        NotYours, NotOverYet, NotThere, FeedbackOver
    """
    may_give(activity, by, now)
    if (feedback.rating, feedback.text) == (body.rating, body.text):
        return decided(feedback)
    anew = feedback.model_copy(update={"rating": body.rating, "text": body.text, "at": now})
    return decided(anew, event_from(FeedbackGiven, anew))


def erase(feedback: Feedback, stand_in: str) -> Decision[Feedback]:
    """Replace the person by `stand_in`, and remove their words."""
    erased = feedback.model_copy(update={"person": stand_in, "text": None})
    return decided(erased, FeedbackErased())
