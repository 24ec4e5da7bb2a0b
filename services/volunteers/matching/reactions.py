"""What matching does on events: it looks where somebody may be asked now who could not be before."""

from typing import Any

from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import (
    NeedOpened,
    VolunteerApproved,
    VolunteerChanged,
    VolunteerRegistered,
    VolunteerResumed,
    VolunteerVerified,
)
from services.volunteers.matching.staffing import Staffing


def reactions(handlers: Handlers, staffing: Staffing) -> None:
    """Put the handler of matching into the table."""

    @handlers.on(NeedOpened)
    @handlers.on(VolunteerRegistered)
    @handlers.on(VolunteerChanged)
    @handlers.on(VolunteerResumed)
    @handlers.on(VolunteerVerified)
    @handlers.on(VolunteerApproved)
    async def look(received: Received[Any]) -> None:
        """Somebody may be asked now who could not be before."""
        staffing.wake(received.envelope.community)
