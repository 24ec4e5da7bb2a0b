"""What the board keeps: copies of the public states of others, with an index for every way of counting them."""

from collections.abc import Mapping, Sequence

from services.chassis.store.mongo import ASCENDING, IndexModel

COPIES: Mapping[str, str] = {
    name: f"copy_{name}"
    for name in ("places", "rounds", "visits", "cases", "wishes", "activities", "teams", "accounts", "volunteers")
}
"""The collections in which the public states of others are copied."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    **{
        collection: [IndexModel([("community", ASCENDING), *((f"state.{field}", ASCENDING) for field in fields)])]
        for collection, fields in (
            (COPIES["places"], ("kind",)),
            (COPIES["rounds"], ("status", "completed_at")),
            (COPIES["visits"], ("building",)),
            (COPIES["teams"], ()),
            (COPIES["accounts"], ()),
            (COPIES["volunteers"], ()),
            (COPIES["wishes"], ("supporters",)),
            (COPIES["activities"], ("status", "starts_at")),
        )
    },
    COPIES["cases"]: [
        IndexModel([("community", ASCENDING), ("state.status", ASCENDING), ("state.closed_at", ASCENDING)]),
        IndexModel([("community", ASCENDING), ("state.status", ASCENDING), ("state.due_at", ASCENDING)]),
        IndexModel([("community", ASCENDING), ("state.channel", ASCENDING), ("state.building", ASCENDING)]),
        IndexModel([("community", ASCENDING), ("state.round", ASCENDING)]),
        IndexModel([("community", ASCENDING), ("state.reported_at", ASCENDING)]),
    ],
}
