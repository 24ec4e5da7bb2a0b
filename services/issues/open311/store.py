"""The collections and indexes of Open311: keys and their uses, and an index on the journal that finds the events of a
community by time."""

from collections.abc import Mapping, Sequence

from services.chassis.store.mongo import ASCENDING, IndexModel
from services.issues.open311 import keys

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    **keys.INDEXES,
    "journal": [
        IndexModel(
            [("community", ASCENDING), ("kind", ASCENDING), ("time", ASCENDING), ("_id", ASCENDING)],
            name="told-in-order",
        )
    ],
}
