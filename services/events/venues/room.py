"""The room of venues. What instructors hold is known by their ids alone, and goes with them."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver
from services.events.venues.api import router
from services.events.venues.bookings import Bookings
from services.events.venues.domain import Venue
from services.events.venues.reactions import reactions
from services.events.venues.store import INDEXES, KINDS


def room(venues: Aggregates[Venue], bookings: Bookings, clock: Clock) -> Room:
    """The room of venues."""
    return Room(
        "venues",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(venues, bookings, clock)],
        reactions=lambda table: reactions(table, venues, bookings),
        erase=partial(erase, bookings),
    )


async def erase(bookings: Bookings, leaver: Leaver) -> None:
    """Remove `leaver` as an instructor from all bookings."""
    person = leaver.person
    theirs = (
        {"instructors": person}
        if leaver.community is None
        else {
            "instructors": person,
            "community": leaver.community,
        }
    )
    await bookings.collection.update_many(theirs, {"$pull": {"instructors": person}})
