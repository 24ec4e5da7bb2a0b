"""The room of drafts. It stands after the room of activities, for each approved draft becomes one."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.formalities import Formalities
from services.events.drafts import domain
from services.events.drafts.api import router
from services.events.drafts.domain import Draft
from services.events.drafts.presenting import DraftPresenter
from services.events.drafts.reactions import reactions
from services.events.drafts.store import INDEXES, KINDS, with_person
from services.events.names.store import Names
from services.events.pictures.store import Pictures
from services.events.venues.bookings import Bookings


def room(
    drafts: Aggregates[Draft],
    activities: Aggregates[Activity],
    bookings: Bookings,
    pictures: Pictures,
    names: Names,
    formalities: Formalities,
    clock: Clock,
) -> Room:
    """Make the room of drafts."""
    present = DraftPresenter(drafts, names, formalities, clock)
    return Room(
        "drafts",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(drafts, bookings, pictures, present, formalities, clock)],
        reactions=lambda table: reactions(table, drafts, activities),
        erase=partial(erase, drafts),
    )


async def erase(drafts: Aggregates[Draft], leaver: Leaver) -> None:
    """Remove `leaver` from all drafts."""
    theirs = with_person(leaver.person)
    await erase_each(drafts, theirs, lambda each, now: domain.erase(each, leaver.person, leaver.stand_in), leaver)
