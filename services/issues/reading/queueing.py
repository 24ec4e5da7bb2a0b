"""The walks of a queue: in which order the index gives what lies on desks, from where the last page ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store import cursor as cursors
from services.chassis.store.mongo import ASCENDING, Document

Keys = Sequence[tuple[str, int]]
_DUE: Keys = [("due", ASCENDING), ("_id", ASCENDING)]
_TIED: Keys = [("_id", ASCENDING)]
"""The order of rows that are due at the same moment: the store merges walks only by fields that may still differ."""


def walks(
    community: str, desks: Sequence[str], also: Mapping[str, Any], cursor: str | None
) -> "list[tuple[Document, Keys]]":
    """The walks, each a condition and an order, that give the rows on the `desks` after the page that ended at
    `cursor`.

    The conditions name each value of `overdue`, which stands before `due` in the index. So overdue rows are found
    without looking at the rest, and the store merges the walks instead of sorting, for up to 99 desks, since it merges
    200 walks.

    Raises:
        InvalidCursor: the cursor is not one of a queue.
    """
    desk, late = {"$in": list(desks)}, {"$in": [True, False]}
    query: Document = {"community": community, "desks": desk, "overdue": late, "$and": [dict(also)]}
    if cursor is None:
        return [(query, _DUE)]
    due, id = read_cursor(cursor, datetime)
    # There are two walks and not one with `$or`, for which the store would sort, or read more rows than are shown.
    return [({**query, "due": due, "_id": {"$gt": id}}, _TIED), ({**query, "due": {"$gt": due}}, _DUE)]


def read_cursor(cursor: str, kind: type) -> tuple[Any, str]:
    """The value of type `kind` at which a page ended, and the id.

    Raises:
        InvalidCursor: the cursor is not one of this list.
    """
    value, id = cursors.decode(cursor)
    if type(value) is not kind:
        raise cursors.InvalidCursor()
    return value, id
