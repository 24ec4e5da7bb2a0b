"""The room of seats. It keeps nothing of its own: offers stand in needs, and the time held for them in volunteers."""

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.seats.api import attending, offers, serving
from services.volunteers.seats.reactions import Wake, reactions
from services.volunteers.seats.service import Seats


def room(needs: Aggregates[Need], volunteers: Aggregates[Volunteer], seats: Seats, wake: Wake) -> Room:
    """The room of seats. Where an offer fell away, `wake` is called with the community."""
    return Room(
        "seats",
        routers=[serving.router(needs, seats), attending.router(needs, seats), offers.router(needs, seats)],
        reactions=lambda table: reactions(table, needs, volunteers, seats, wake),
    )
