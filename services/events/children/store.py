"""How children are kept, and found by their guardian."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import DESCENDING, IndexModel
from services.contracts.activities import ChildState
from services.contracts.topics import ACTIVITIES
from services.events.children.domain import Child

CHILD = Kind(name="child", collection="children", model=Child, topic=ACTIVITIES, state=ChildState)
KINDS: tuple[Kind[Any], ...] = (CHILD,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    CHILD.collection: [IndexModel([("state.guardian", DESCENDING), ("at", DESCENDING), ("_id", DESCENDING)])],
}


def guarded_by(person: str) -> dict[str, Any]:
    """The query for the children of a guardian."""
    return {"state.guardian": person}
