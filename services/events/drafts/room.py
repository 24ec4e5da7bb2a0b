"""The room of drafts. Activities stand before it: one comes of each draft that staff approve."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.events.activities.domain.activity import Activity
from services.events.drafts import domain
from services.events.drafts.api import router
from services.events.drafts.domain import Draft
from services.events.drafts.reactions import reactions
from services.events.drafts.store import INDEXES, KINDS, with_person
from services.events.venues.bookings import Bookings


def room(drafts: Aggregates[Draft], activities: Aggregates[Activity], bookings: Bookings, clock: Clock) -> Room:
    """The room of drafts."""
    return Room(
        "drafts",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(drafts, bookings, clock)],
        reactions=lambda table: reactions(table, drafts, activities),
        erase=partial(erase, drafts),
    )


async def erase(drafts: Aggregates[Draft], leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any draft."""
    theirs = with_person(leaver.person)
    await erase_each(drafts, theirs, lambda each, now: domain.erase(each, leaver.person, leaver.stand_in), leaver)
