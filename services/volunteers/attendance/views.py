"""The views of codes and presences in the API."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import PresenceState
from services.volunteers.attendance.domain.presence import How, Presence
from services.volunteers.shared.views import Identified, shown


class CodeView(BaseModel):
    """The code that is shown where somebody serves. `text` is the content of the QR code; code and text are both
    taken."""

    need: str
    digits: str
    text: str
    good_until: datetime


class PresenceView(PresenceState, Identified):
    """The presence of a person. `arrival` and `departure` tell how each is known: by the code, or seen by somebody in
    office."""

    starts_at: datetime
    ends_at: datetime
    arrival: How
    departure: How | None
    arrival_seen_by: str | None = Field(description="Who of the staff or grid workers saw it, where it was no code.")
    departure_seen_by: str | None


_MORE = ("starts_at", "ends_at", "arrival", "departure", "arrival_seen_by", "departure_seen_by")


def presence_view(stored: Stored[Presence]) -> PresenceView:
    """The view of a presence for its person and for people in office."""
    return shown(PresenceView, stored, **{name: getattr(stored.aggregate, name) for name in _MORE})
