"""How children are kept, and found by their guardian."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import DESCENDING, IndexModel
from services.contracts.activities import ChildState
from services.contracts.topics import ACTIVITIES
from services.events.children.domain import Child

CHILD = Kind(
    name="child", collection="children", model=Child, topic=ACTIVITIES, state=ChildState, zh="儿童", en="child"
)
KINDS: tuple[Kind[Any], ...] = (CHILD,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    CHILD.collection: [IndexModel([("state.guardian", DESCENDING), ("at", DESCENDING), ("_id", DESCENDING)])],
}


async def named(children: Aggregates[Child], ids: Sequence[str], community: str) -> list[Child]:
    """Those of the children `ids` that were entered in `community`."""
    found = [stored.aggregate for each in ids if (stored := await children.find(each)) is not None]
    return [child for child in found if child.community == community]


def guarded_by(person: str) -> dict[str, Any]:
    """The query for the children of a guardian."""
    return {"state.guardian": person}
