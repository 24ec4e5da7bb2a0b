"""How volunteers are kept and looked for."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import IndexModel
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import VolunteerState, VolunteerStatus
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.shared.queries import found_by, listed_by

VOLUNTEER = Kind(
    name="volunteer",
    collection="volunteers",
    model=Volunteer,
    topic=VOLUNTEERS,
    state=VolunteerState,
    zh="志愿者",
    en="volunteer",
)
KINDS = (VOLUNTEER,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    VOLUNTEER.collection: [
        listed_by("community"),
        listed_by("community", "status"),
        found_by("person"),
        found_by("avoids"),
        found_by("prefers"),
        found_by("merged_into"),
        listed_by("community", "unit"),
        found_by("bookings.until"),
    ],
}

EVER = datetime.min.replace(tzinfo=UTC)
"""A time before all others: a field that is null or missing is not after it, and every time is."""

DANGLES_AFTER = timedelta(minutes=10)
"""An offer follows its booking within moments. After so long, a booking without one has lost its maker."""


def askable(community: str) -> dict[str, Any]:
    """The query for volunteers who may be asked."""
    return {
        "state.community": community,
        "state.status": VolunteerStatus.ACTIVE.value,
        "state.erased": False,
        "state.approved_at": {"$gt": EVER},
    }


def dangling(now: datetime, community: str) -> dict[str, Any]:
    """The query for volunteers with a booking whose offer should have been answered a while ago."""
    return {"state.community": community, "state.bookings.until": {"$lte": now - DANGLES_AFTER}}
