"""How announcements are kept and looked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import ASCENDING, DESCENDING, Document, IndexModel
from services.contracts.notices import AnnouncementState, AnnouncementStatus
from services.contracts.topics import NOTICES
from services.notify.announcements.domain import Announcement

ANNOUNCEMENT = Kind(
    name="announcement",
    collection="announcements",
    model=Announcement,
    topic=NOTICES,
    state=AnnouncementState,
    zh="公告",
    en="announcement",
)
KINDS = (ANNOUNCEMENT,)

_NEWEST_FIRST = (("state.posted_at", DESCENDING), ("_id", DESCENDING))

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    ANNOUNCEMENT.collection: [
        IndexModel([("state.community", ASCENDING), ("state.status", ASCENDING), *_NEWEST_FIRST], name="hanging"),
        IndexModel([("state.community", ASCENDING), *_NEWEST_FIRST], name="every"),
    ],
}

MOST_HANGING = 200


def hanging(community: str, now: datetime) -> Document:
    """The query for what hangs on the board of `community` at the time `now`."""
    return {
        "state.community": community,
        "state.status": AnnouncementStatus.POSTED,
        "state.valid_from": {"$lte": now},
        "$or": [{"state.valid_until": None}, {"state.valid_until": {"$gt": now}}],
    }


async def on_the_board(
    announcements: Aggregates[Announcement], community: str, now: datetime
) -> tuple[Announcement, ...]:
    """What hangs on the board now: the pinned first, then the newest. Whatever is valid hangs; a committee that has two
    hundred valid ones at once has forgotten to end them, and those that are older still do not."""
    found = await announcements.select(hanging(community, now), sort="state.posted_at", limit=MOST_HANGING)
    return tuple(
        sorted(
            (stored.aggregate for stored in found.items), key=lambda each: (each.pinned, each.valid_from), reverse=True
        )
    )


async def next_to_hang(announcements: Aggregates[Announcement], community: str, now: datetime) -> datetime | None:
    """When the next announcement that is posted already will begin to hang on the board of `community`; None where
    nothing waits."""
    ahead: Document = {
        "state.community": community,
        "state.status": AnnouncementStatus.POSTED,
        "state.valid_from": {"$gt": now},
    }
    found = await announcements.select(ahead, sort="state.valid_from", descending=False, limit=1)
    return found.items[0].aggregate.valid_from if found.items else None
