"""The kind, indexes and queries of volunteers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import IndexModel
from services.chassis.store.unavailable import store_errors
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import VolunteerState, VolunteerStatus
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
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
        found_by("avoided_by"),
        found_by("prefers"),
        found_by("merged_into"),
        found_by("merged_from"),
        listed_by("community", "guardian"),
        found_by("guardian"),
        found_by("consents.by"),
        listed_by("community", "unit"),
        found_by("community", "reach_metres"),
        found_by("bookings.until"),
    ],
}

EVER = datetime.min.replace(tzinfo=UTC)
"""A time before all others. The query `{"$gt": EVER}` finds every field that has a time, and none that is null or
missing."""

DANGLES_AFTER = timedelta(minutes=10)
"""A booking without an offer counts as lost once it expired so long ago: an offer follows its booking within moments,
so the process that made the booking has died.
"""

FORMERLY = 1_000
"""When a person registers, at most so many volunteers who avoid them already are noted in their record."""


def avoiding(community: str, person: str) -> dict[str, Any]:
    """The query for volunteers who avoid `person`."""
    return {"state.avoids": person, "state.community": community}


def askable(community: str) -> dict[str, Any]:
    """The query for volunteers who may be asked: the approved ones who are neither paused nor erased."""
    return {
        "state.community": community,
        "state.status": VolunteerStatus.ACTIVE.value,
        "state.erased": False,
        "state.approved_at": {"$gt": EVER},
    }


async def called_by(volunteers: Aggregates[Volunteer], community: str, people: Iterable[str]) -> dict[str, str]:
    """The names of `people` by their id, as far as they have told a name.

    Raises:
        StoreUnavailable: the names can't be read.
    """
    ids = [volunteer_id(community, person) for person in sorted(set(people))]
    if not ids:
        return {}
    query = {"_id": {"$in": ids}, "state.called": {"$type": "string"}}
    with store_errors():
        found = volunteers.collection.find(query, {"state.person": 1, "state.called": 1})
        return {each["state"]["person"]: each["state"]["called"] async for each in found}


def dangling(now: datetime, community: str) -> dict[str, Any]:
    """The query for volunteers with a booking that expired more than `DANGLES_AFTER` ago."""
    return {"state.community": community, "state.bookings.until": {"$lte": now - DANGLES_AFTER}}
