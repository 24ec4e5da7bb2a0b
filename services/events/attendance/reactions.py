"""The reaction of attendance to events: it copies the states of volunteers, since only approved ones check in as
helpers."""

from services.chassis.subscriber.handlers import Handlers
from services.contracts.volunteers import VolunteerState
from services.events.attendance.store import VOLUNTEERS


def reactions(handlers: Handlers) -> None:
    """Put the copy of this room into the table."""
    handlers.copy(VolunteerState, VOLUNTEERS)
