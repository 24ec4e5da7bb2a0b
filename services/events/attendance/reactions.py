"""What attendance takes from events: a copy of who is a volunteer, since only approved ones check in as helpers."""

from services.chassis.subscriber.handlers import Handlers
from services.contracts.volunteers import VolunteerState
from services.events.attendance.store import VOLUNTEERS


def reactions(handlers: Handlers) -> None:
    """Put the copy of this room into the table."""
    handlers.copy(VolunteerState, VOLUNTEERS)
