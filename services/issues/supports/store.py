"""The kind and indexes of supports, which are found by subject and by person."""

from collections.abc import Mapping, Sequence

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, IndexModel
from services.contracts.topics import ISSUES
from services.issues.shared.queries import by
from services.issues.supports.domain.supports import Support

SUPPORTS = Kind(name="support", collection="supports", model=Support, topic=ISSUES, state=None, zh="附议", en="support")
KINDS = (SUPPORTS,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    SUPPORTS.collection: [
        IndexModel([("state.subject", ASCENDING), ("state.active", ASCENDING), ("state.person", ASCENDING)]),
        by("person"),
    ],
}
