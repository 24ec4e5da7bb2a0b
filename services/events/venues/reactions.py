"""What venues do on events: an activity that stands is booked, one that moved is booked elsewhere, others are not."""

from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import ActivityCancelled, ActivityMoved, ActivityScheduled
from services.events.venues.bookings import Bookings, Wanted
from services.events.venues.domain import Slot


def reactions(handlers: Handlers, bookings: Bookings) -> None:
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
            await bookings.book(wanted)

    @handlers.on(ActivityMoved)
    async def book_elsewhere(received: Received[ActivityMoved]) -> None:
        event, activity = received.event, received.envelope.aggregate_id
        slot = Slot(activity=activity, starts_at=event.starts_at, ends_at=event.ends_at)
        await bookings.move(activity, event.venue, slot)

    @handlers.on(ActivityCancelled)
    async def book_no_more(received: Received[ActivityCancelled]) -> None:
        await bookings.free([received.envelope.aggregate_id])
