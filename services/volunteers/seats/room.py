"""The room of seats, which stores nothing of its own: offers stand in needs, and holds of time in volunteers."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.volunteers.needs.api.changing import Changing
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.presenting import NeedPresenter
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.seats.api import attending, offers, serving
from services.volunteers.seats.reactions import Wake, reactions
from services.volunteers.seats.service import Seats


def room(
    needs: Aggregates[Need],
    volunteers: Aggregates[Volunteer],
    seats: Seats,
    shown: NeedPresenter,
    clock: Clock,
    wake: Wake,
) -> Room:
    """Make the room of seats. Where an offer has ended, `wake` is called with the community."""
    change = Changing(needs, shown)
    return Room(
        "seats",
        routers=[
            serving.router(change, seats),
            attending.router(change, seats),
            offers.router(needs, shown, change, seats),
        ],
        reactions=lambda table: reactions(table, needs, volunteers, seats, clock, wake),
    )
