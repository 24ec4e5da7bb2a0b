"""The reactions of venues to events: a scheduled activity is booked, a moved one is booked elsewhere, a cancelled one
no more; and what is booked is kept clear by the buffers of its venue as they are."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import (
    ActivityCancelled,
    ActivityChanged,
    ActivityMoved,
    ActivityScheduled,
    VenueChanged,
)
from services.events.venues.bookings import Bookings
from services.events.venues.collisions import Wanted
from services.events.venues.domain import Slot, Venue


def reactions(handlers: Handlers, venues: Aggregates[Venue], bookings: Bookings) -> None:
    """Put the handlers of this room into the table. Whatever they do may be done again."""

    @handlers.on(ActivityScheduled)
    async def book_activity(received: Received[ActivityScheduled]) -> None:
        """Dates of series are booked with their series."""
        event, activity = received.event, received.envelope.aggregate_id
        if event.series is None and await bookings.collection.find_one({"_id": activity}) is None:
            slot = Slot(activity=activity, starts_at=event.starts_at, ends_at=event.ends_at)
            community = received.envelope.community
            needs = event.details.equipment
            wanted = Wanted(community, event.venue, activity, event.title, event.capacity, [slot], equipment=needs)
            await bookings.confirm(wanted)

    @handlers.on(ActivityMoved)
    async def book_elsewhere(received: Received[ActivityMoved]) -> None:
        event, activity = received.event, received.envelope.aggregate_id
        slot = Slot(activity=activity, starts_at=event.starts_at, ends_at=event.ends_at)
        await bookings.move(activity, event.venue, slot)

    @handlers.on(ActivityCancelled)
    async def book_no_more(received: Received[ActivityCancelled]) -> None:
        await bookings.free([received.envelope.aggregate_id])

    @handlers.on(ActivityChanged)
    async def book_as_changed(received: Received[ActivityChanged]) -> None:
        event = received.event
        if not event.private and {"title", "details", "private", "capacity"} & {*event.fields}:
            activity = received.envelope.aggregate_id
            await bookings.describe(activity, event.title, event.capacity, event.details.equipment)

    @handlers.on(VenueChanged)
    async def keep_clear(received: Received[VenueChanged]) -> None:
        await bookings.buffer((await venues.get(received.envelope.aggregate_id)).aggregate)
