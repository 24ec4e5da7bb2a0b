"""The kind and indexes of venues."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.store.aggregates import Kind, newest_first
from services.chassis.store.mongo import IndexModel
from services.contracts.activities import VenueState
from services.contracts.topics import ACTIVITIES
from services.events.venues import collisions
from services.events.venues.domain import Venue

VENUE = Kind(name="venue", collection="venues", model=Venue, topic=ACTIVITIES, state=VenueState, zh="场地", en="venue")
KINDS: tuple[Kind[Any], ...] = (VENUE,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    VENUE.collection: [IndexModel(newest_first("state.community"))],
    collisions.COLLECTION: collisions.INDEXES,
}
