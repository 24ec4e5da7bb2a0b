"""The room of feedback. It stands after activities and attendance, which tell who came."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.events.activities.domain.activity import Activity
from services.events.feedback import domain
from services.events.feedback.api import router
from services.events.feedback.domain import Feedback
from services.events.feedback.store import INDEXES, KINDS, of_person


def room(feedback: Aggregates[Feedback], activities: Aggregates[Activity], clock: Clock) -> Room:
    """Make the room of feedback."""
    return Room(
        "feedback",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(feedback, activities, clock)],
        erase=partial(erase, feedback),
    )


async def erase(feedback: Aggregates[Feedback], leaver: Leaver) -> None:
    """Remove `leaver` from all feedback."""
    theirs = of_person(leaver.person)
    await erase_each(feedback, theirs, lambda found, now: domain.erase(found, leaver.stand_in), leaver)
