"""The reactions of activities to events: their helpers are the people whom the volunteers service names,
and what is booked for a private one follows it."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import ActivityChanged
from services.contracts.volunteers import NeedAccepted, NeedReopened, NeedStaffed
from services.events.activities.domain import staffing
from services.events.activities.domain.activity import Activity
from services.events.venues.bookings import Bookings


def reactions(handlers: Handlers, activities: Aggregates[Activity], bookings: Bookings) -> None:
    """Put the handlers of this room into the table."""

    @handlers.on(ActivityChanged)
    async def book_private_as_changed(received: Received[ActivityChanged]) -> None:
        """What a private activity uses is not told, so it is read from the activity as it is now."""
        if received.event.private and {"private", "details", "capacity"} & {*received.event.fields}:
            activity = (await activities.get(received.envelope.aggregate_id)).aggregate
            uses = activity.details.equipment
            await bookings.describe(activity.id, activity.booked_as, activity.capacity, uses)

    @handlers.on(NeedStaffed)
    async def staff(received: Received[NeedStaffed]) -> None:
        """The activity learns who helps at it."""
        if received.event.activity is not None:
            volunteers = received.event.volunteers
            await activities.change(
                received.event.activity,
                lambda activity, now: staffing.staff(activity, volunteers, now),
                received.cause,
                taken=received.taken,
            )

    @handlers.on(NeedAccepted)
    async def follow_fill(received: Received[NeedAccepted]) -> None:
        """The activity learns of each helper who said yes, before all seats are filled."""
        if received.event.activity is not None:
            volunteers = received.event.volunteers
            await activities.change(
                received.event.activity,
                lambda activity, now: staffing.follow(activity, volunteers, now),
                received.cause,
                taken=received.taken,
            )

    @handlers.on(NeedReopened)
    async def unstaff(received: Received[NeedReopened]) -> None:
        """The activity learns which helpers are left."""
        if received.event.activity is not None:
            volunteers = received.event.volunteers
            await activities.change(
                received.event.activity,
                lambda activity, now: staffing.unstaff(activity, volunteers, now),
                received.cause,
                taken=received.taken,
            )
