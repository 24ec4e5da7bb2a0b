"""What those who came say afterwards. Their words stay inside; nobody learns who said what."""

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, Public
from services.contracts.topics import ACTIVITIES


class _Feedback(BaseModel):
    activity: Public[Id]
    rating: Public[int]
    """From 1 to 5."""


class FeedbackState(_Feedback, State, type="cn.community.events.feedback.state.v1", topic=ACTIVITIES):
    """How somebody who came liked an activity."""


class FeedbackGiven(
    _Feedback, Event, type="cn.community.events.feedback.given.v1", topic=ACTIVITIES, state=FeedbackState
):
    """Somebody who took part says how an activity was, or corrects what they said before."""


class FeedbackErased(Event, type="cn.community.events.feedback.erased.v1", topic=ACTIVITIES, state=FeedbackState):
    """Who gave it was erased, and their words with them; the rating stays in the count."""
