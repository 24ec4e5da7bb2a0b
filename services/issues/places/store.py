"""The kind, indexes and queries of places, which are found by community, kind, number, grid, and the places above
them."""

from collections.abc import Mapping, Sequence

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.contracts.issues import PlaceState
from services.contracts.topics import ISSUES
from services.issues.places.domain.places import Place
from services.issues.shared.cache import CHANGED
from services.issues.shared.queries import by_newest

PLACES = Kind(name="place", collection="places", model=Place, topic=ISSUES, state=PlaceState, zh="地点", en="place")
KINDS = (PLACES,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    PLACES.collection: [
        by_newest("community"),
        by_newest("community", "kind"),
        by_newest("parent"),
        by_newest("path"),
        by_newest("community", "number"),
        by_newest("grid"),
        IndexModel([(CHANGED, ASCENDING), ("_id", ASCENDING)]),
    ],
}
