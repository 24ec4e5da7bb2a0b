"""The room of activities."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.events.activities.api import router
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.erasure import erase_from_activity
from services.events.activities.domain.formalities import Formalities
from services.events.activities.presenting import ActivityPresenter
from services.events.activities.reactions import reactions
from services.events.activities.store import INDEXES, KINDS, with_person
from services.events.activities.sweeps import answers, completion, questions_by_desk, reminders, staffing_gaps
from services.events.pictures.store import Pictures
from services.events.venues.bookings import Bookings


def room(
    activities: Aggregates[Activity],
    bookings: Bookings,
    pictures: Pictures,
    present: ActivityPresenter,
    formalities: Formalities,
    clock: Clock,
) -> Room:
    """The room of activities."""
    return Room(
        "activities",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(activities, bookings, pictures, present, formalities, clock)],
        reactions=lambda table: reactions(table, activities, bookings),
        sweeps=[
            completion(activities),
            answers(activities),
            questions_by_desk(activities),
            staffing_gaps(activities),
            reminders(activities),
        ],
        erase=partial(erase, activities),
    )


async def erase(activities: Aggregates[Activity], leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any activity: as organiser, participant, helper or at the desk."""
    person = leaver.person
    await erase_each(
        activities,
        with_person(person),
        lambda activity, now: erase_from_activity(activity, person, now),
        leaver,
    )
