"""The way into the journal for whoever asks what happened in a community in a certain time."""

from services.chassis.store.mongo import ASCENDING, IndexModel

INDEXES = [
    IndexModel(
        [("community", ASCENDING), ("kind", ASCENDING), ("time", ASCENDING), ("_id", ASCENDING)], name="told-in-order"
    )
]
