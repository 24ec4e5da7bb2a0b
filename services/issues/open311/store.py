"""What the room keeps: keys and their uses; and its way into the journal, for whoever asks what happened in a community
in a certain time."""

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
