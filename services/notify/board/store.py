"""What the board keeps: copies of the public states of others, with an index for every way of counting them."""

from collections.abc import Mapping, Sequence

from services.chassis.store.mongo import ASCENDING, IndexModel

COPIES: Mapping[str, str] = {
    name: f"copy_{name}"
    for name in (
        *("places", "rounds", "visits", "cases", "exhibits", "wishes"),
        *("activities", "teams", "accounts", "volunteers"),
    )
}
"""The collections in which the public states of others are copied."""

COUNTED = "counted"
"""The index of cases that has all that is counted of them, so that no case is read for it."""

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
            (COPIES["exhibits"], ("case",)),
            (COPIES["activities"], ("status", "starts_at")),
        )
    },
    COPIES["cases"]: [
        *(  # with the id, by which cases of one moment stand in order: without it all of them are read and sorted
            IndexModel(
                [(name, ASCENDING) for name in ("community", "state.status", f"state.{field}", "_id")],
                name=f"by_{field}",
            )
            for field in ("closed_at", "due_at")
        ),
        IndexModel(
            [("community", ASCENDING)]
            + [(f"state.{field}", ASCENDING) for field in ("status", "channel", "overdue", "building")],
            name=COUNTED,
        ),
        IndexModel([("community", ASCENDING), ("state.round", ASCENDING)]),
        IndexModel([("community", ASCENDING), ("state.reported_at", ASCENDING)]),
    ],
}
