"""What attendance does on its own events: the need hears who is there, and for how many minutes they were."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import PresenceArrived, PresenceForgotten, PresenceLeft
from services.volunteers.attendance.domain.presence import Presence
from services.volunteers.needs.domain import attending, serving
from services.volunteers.needs.domain.need import Need


def reactions(handlers: Handlers, presences: Aggregates[Presence], needs: Aggregates[Need]) -> None:
    """Put the handlers of attendance into the table."""

    @handlers.on(PresenceArrived)
    async def seat_checked_in(received: Received[PresenceArrived]) -> None:
        """Somebody is there, and their seat says so."""
        presence = (await presences.get(received.envelope.aggregate_id)).aggregate
        await needs.change(
            presence.need,
            lambda n, now: attending.arrived(n, presence.person, presence.starts_at),
            received.cause,
            taken=received.taken,
        )

    @handlers.on(PresenceLeft)
    @handlers.on(PresenceForgotten)
    async def report_minutes(received: Received[PresenceLeft | PresenceForgotten]) -> None:
        """Somebody has left: their minutes wait for somebody else to confirm them."""
        presence = (await presences.get(received.envelope.aggregate_id)).aggregate
        await needs.change(
            presence.need,
            lambda n, now: serving.note(n, presence.person, presence.minutes or 0, presence.starts_at),
            received.cause,
            taken=received.taken,
        )
