"""The room keeps keys and their uses. It has an index of its own on the journal, which finds what happened in a
community in a certain time."""

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
