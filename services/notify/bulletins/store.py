"""The kind, indexes and queries of bulletins, of which each week of a community has one."""

from collections.abc import Mapping, Sequence

from services.chassis.aggregate import derived_id
from services.chassis.store.aggregates import Aggregates, Kind, Stored
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.contracts.notices import BulletinState
from services.contracts.topics import NOTICES
from services.notify.bulletins.domain import Bulletin, Week

BULLETIN = Kind(
    name="bulletin",
    collection="bulletins",
    model=Bulletin,
    topic=NOTICES,
    state=BulletinState,
    zh="周报",
    en="bulletin",
)
KINDS = (BULLETIN,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    BULLETIN.collection: [
        IndexModel([("state.community", ASCENDING), ("state.starts", DESCENDING), ("_id", DESCENDING)], name="weeks"),
    ],
}

_AT_ONCE = 200


def id_of(community: str, week: Week) -> str:
    """The id of the bulletin of `week`. It derives from community and week, so that two processes issue only one."""
    return derived_id("bulletin", community, str(week.year), str(week.week))


async def newest(bulletins: Aggregates[Bulletin], community: str) -> Bulletin | None:
    """The latest bulletin of `community`; None before the first."""
    found = await bulletins.select({"state.community": community}, sort="state.starts", limit=1)
    return found.items[0].aggregate if found.items else None


async def chain(bulletins: Aggregates[Bulletin], community: str) -> list[Stored[Bulletin]]:
    """All bulletins of `community`, the oldest first."""
    found: list[Stored[Bulletin]] = []
    cursor: str | None = None
    while True:
        page = await bulletins.select(
            {"state.community": community}, sort="state.starts", descending=False, limit=_AT_ONCE, cursor=cursor
        )
        found += page.items
        cursor = page.next
        if cursor is None:
            return found
