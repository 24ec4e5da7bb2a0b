"""The reactions of matching to events: it plans again where somebody may be asked now, or may not be asked any more."""

from typing import Any

from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import (
    NeedOpened,
    VolunteerApproved,
    VolunteerChanged,
    VolunteerDisapproved,
    VolunteerErased,
    VolunteerPaused,
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
    @handlers.on(VolunteerPaused)
    @handlers.on(VolunteerDisapproved)
    @handlers.on(VolunteerErased)
    async def look(received: Received[Any]) -> None:
        """What is planned and not yet asked for is planned anew."""
        staffing.wake(received.envelope.community)
