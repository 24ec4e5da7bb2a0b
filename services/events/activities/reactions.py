"""What activities do on events: their helpers are whom the volunteers service names."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import NeedAccepted, NeedReopened, NeedStaffed
from services.events.activities.domain import staffing
from services.events.activities.domain.activity import Activity


def reactions(handlers: Handlers, activities: Aggregates[Activity]) -> None:
    """Put the handlers of this room into the table."""

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
