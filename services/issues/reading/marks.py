"""Marks: whose row is behind its case, and whose counts are behind its row.

Marks lie beside the rows and not in them, because every write of a row costs the upkeep of all its indexes, and a mark
comes and goes with each change. A mark stands as long as something of its case waits:

`since`: the oldest change that the row does not show, and `wanted`, the newest version that was told of; `changed`, the
time of the newest. `redraw`: the row is to be made anew whatever it shows. `marks`: how often the case was marked.
`dirty`: the names of counts to be made anew, `uncounted` since when; `pass`, the pass that named them, and `drawing`
while that pass has not written the row: until then nobody counts, because it would be in vain.

What is to be made anew, though nothing has changed, waits since `NEVER`: it comes last and does not count as late.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.chassis.store.mongo import (
    ASCENDING,
    Collection,
    Database,
    DeleteMany,
    Document,
    IndexModel,
    UpdateMany,
    UpdateOne,
)
from services.issues.reading.row import NEVER

MARKS = "case_row_marks"
STALE = "stale since"
UNCOUNTED = "uncounted"
"""The names of the indexes that find what waits, the oldest first."""

EVER = datetime.fromtimestamp(0, UTC)
_DRAWN = {"wanted": "", "since": "", "changed": "", "redraw": ""}
_NOTHING: Document = {"since": None, "dirty": None, "drawing": None}
"""What a mark says for which nothing waits."""

_ANEW_AT_ONCE = 2_000


def indexes() -> list[IndexModel]:
    """The ways to what waits. A mark that does not wait for one of the two is not in its index."""
    return [
        IndexModel([(name, ASCENDING)], name=index, partialFilterExpression={name: {"$exists": True}})
        for index, name in ((STALE, "since"), (UNCOUNTED, "uncounted"))
    ]


def told(id: str, version: int, at: datetime) -> UpdateOne:
    """A fact tells that the case `id` has had this version since `at`."""
    newest = {"wanted": version, "changed": at}
    return UpdateOne({"_id": id}, {"$max": newest, "$min": {"since": at}, "$inc": {"marks": 1}}, upsert=True)


def anew(id: str, since: datetime = NEVER) -> UpdateOne:
    """The row of `id` is to be made anew: since then it is late, or (NEVER) it is not."""
    redraw = {"$max": {"wanted": 0}, "$min": {"since": since}, "$set": {"redraw": True}, "$inc": {"marks": 1}}
    return UpdateOne({"_id": id}, redraw, upsert=True)


def age_of(waiting: Sequence[Document], name: str, now: datetime) -> float:
    """The age in seconds of the oldest change among marks that wait; 0 where rows are only made anew."""
    oldest = min((mark[name] for mark in waiting), default=NEVER)
    return 0.0 if oldest == NEVER else max((now - oldest).total_seconds(), 0.0)


def pass_name() -> str:
    """A name that no other pass has, on whatever replica."""
    return os.urandom(9).hex()


@dataclass(frozen=True, slots=True)
class Settled:
    """A row that shows `version` of its case as it was asked for by `mark`; `named`: this pass named its counts."""

    mark: Document
    version: int
    named: bool


class RowMarks:
    """The marks of this service's cases."""

    def __init__(self, database: Database) -> None:
        self.collection: Collection = database[MARKS]

    async def write(self, marks: Sequence[UpdateOne]) -> None:
        """Set these marks."""
        if marks:
            await self.collection.bulk_write(marks, ordered=False)

    async def stale(self, most: int) -> list[Document]:
        """Marks whose rows are behind: of what changed the oldest, then what is only to be made anew."""
        waiting = self.collection.find({"since": {"$gt": EVER}}).sort("since", ASCENDING).hint(STALE)
        found: list[Document] = await waiting.limit(most).to_list(most)
        return found

    async def begin(self, name: str, named: Sequence[tuple[Document, str, Iterable[str]]]) -> None:
        """The pass `name` is about to write rows: of each the mark, the community, the counts that it may change.

        The names are on record before a row is written, so that a pass which dies has its counts made by the next. A
        mark that has been drawn meanwhile is left alone: the row is not the one that this pass has read.
        """
        alike: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
        for mark, community, counts in named:
            alike[community, tuple(sorted(counts))].append(mark["_id"])
        if alike:
            await self.collection.bulk_write([_naming(name, *each, ids) for each, ids in alike.items()], ordered=False)

    async def end(self, name: str, settled: Iterable[Settled], begun: Sequence[str]) -> None:
        """The pass `name` has written its rows. A mark that was set once more meanwhile stays, and what another pass
        has begun with is left to that pass."""
        alike: defaultdict[tuple[int, int, bool], list[str]] = defaultdict(list)
        for each in settled:
            alike[each.mark.get("marks", 0), each.version, each.named].append(each.mark["_id"])
        over, kept = list[DeleteMany](), list[UpdateMany]()
        for (times, version, named), ids in alike.items():
            same: Document = {"_id": {"$in": ids}, "marks": times or None, "wanted": {"$lte": version}}
            if named:
                kept.append(UpdateMany({**same, "pass": name}, {"$unset": {**_DRAWN, "drawing": ""}}))
            else:
                idle = {**same, "drawing": None}
                over.append(DeleteMany({**idle, "dirty": None}))
                kept.append(UpdateMany(idle, {"$unset": _DRAWN}))
        if begun:
            mine = {"_id": {"$in": list(begun)}, "pass": name, "drawing": True}
            kept.append(UpdateMany(mine, {"$unset": {"drawing": ""}}))
        await self._clear(over, kept, [*begun, *(id for ids in alike.values() for id in ids)])

    async def uncounted(self, most: int) -> list[Document]:
        """Marks whose counts wait: of what changed the oldest, or else some of what was made anew."""
        shown = {"community": 1, "dirty": 1, "uncounted": 1, "pass": 1}
        for span, at_once in (({"$gt": EVER, "$lt": NEVER}, most), ({"$gte": NEVER}, _ANEW_AT_ONCE)):
            waiting = self.collection.find({"uncounted": span, "drawing": None}, shown).sort("uncounted", ASCENDING)
            if found := await waiting.hint(UNCOUNTED).limit(at_once).to_list(None):
                return list(found)
        return []

    async def counted(self, counted: Iterable[Document]) -> None:
        """The counts of these marks are made. What a later pass has named meanwhile still waits."""
        alike: defaultdict[str, list[str]] = defaultdict(list)
        for mark in counted:
            alike[mark["pass"]].append(mark["_id"])
        same: list[Document] = [{"_id": {"$in": ids}, "pass": name, "drawing": None} for name, ids in alike.items()]
        await self._clear(
            [DeleteMany({**each, "since": None}) for each in same],
            [UpdateMany(each, {"$unset": {"dirty": "", "uncounted": ""}}) for each in same],
            [id for ids in alike.values() for id in ids],
        )

    async def _clear(self, over: Sequence[DeleteMany], kept: Sequence[UpdateMany], ids: Sequence[str]) -> None:
        """Take away marks for which nothing waits any more, then what of other marks is done. Where rows and counts
        are done with side by side, each may have left a mark for the other: who comes last takes it away."""
        operations: list[DeleteMany | UpdateMany] = [*over, *kept]
        if operations:
            await self.collection.bulk_write([*operations, DeleteMany({"_id": {"$in": ids}, **_NOTHING})])


def _naming(name: str, community: str, counts: Sequence[str], ids: Sequence[str]) -> UpdateMany:
    """One write for all marks that name the same: most of a pass do, and each for itself would cost far more."""
    fields = {
        "pass": name,
        "drawing": True,
        "community": {"$literal": community},
        "dirty": {"$setUnion": [{"$ifNull": ["$dirty", []]}, {"$literal": list(counts)}]},
        "uncounted": {"$min": ["$uncounted", "$since"]},
    }
    return UpdateMany({"_id": {"$in": list(ids)}, "since": {"$exists": True}}, [{"$set": fields}])
