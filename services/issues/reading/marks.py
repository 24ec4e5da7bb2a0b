"""Marks of cases whose row is behind the case, or whose counts are behind the row.

Marks lie beside the rows and not in them, because every write of a row costs the upkeep of all its indexes, and a mark
comes and goes with each change. A mark exists as long as something of its case waits. Its fields:

`since` is the time of the oldest change that the row does not show; `wanted` is the newest version that an event has
told of, and `changed` its time. With `redraw` the row is made anew whatever it shows. `marks` tells how often the case
was marked. `dirty` holds the names of counts to be made anew, and `uncounted` since when; `pass` is the pass that named
them, and `drawing` is set until that pass has written the row, for counting before that would be in vain.

A row that is to be made anew, though its case has not changed, has `NEVER` as `since`: it comes last and does not count
as late.
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
"""The name of the index that finds marks whose counts wait, the oldest first."""

EVER = datetime.fromtimestamp(0, UTC)
_DRAWN = {"wanted": "", "since": "", "changed": "", "redraw": ""}
_NOTHING: Document = {"since": None, "dirty": None, "drawing": None}
"""The fields of a mark for which nothing waits."""

_ANEW_AT_ONCE = 2_000


def indexes() -> list[IndexModel]:
    """The indexes of marks that wait to be drawn and to be counted. A mark is only in the index of what it waits
    for."""
    return [
        IndexModel([(name, ASCENDING)], name=index, partialFilterExpression={name: {"$exists": True}})
        for index, name in ((STALE, "since"), (UNCOUNTED, "uncounted"))
    ]


def told(id: str, version: int, at: datetime) -> UpdateOne:
    """The write that marks the case `id` as having this version since `at`, as an event tells."""
    newest = {"wanted": version, "changed": at}
    return UpdateOne({"_id": id}, {"$max": newest, "$min": {"since": at}, "$inc": {"marks": 1}}, upsert=True)


def anew(id: str, since: datetime = NEVER) -> UpdateOne:
    """The write that marks the row of the case `id` to be made anew. It counts as late since `since`, or (`NEVER`) not
    at all."""
    redraw = {"$max": {"wanted": 0}, "$min": {"since": since}, "$set": {"redraw": True}, "$inc": {"marks": 1}}
    return UpdateOne({"_id": id}, redraw, upsert=True)


def age_of(waiting: Sequence[Document], name: str, now: datetime) -> float:
    """The age in seconds of the oldest change among `waiting` marks; 0 where rows are only made anew."""
    oldest = min((mark[name] for mark in waiting), default=NEVER)
    return 0.0 if oldest == NEVER else max((now - oldest).total_seconds(), 0.0)


def pass_name() -> str:
    """A name that no other pass on any replica has."""
    return os.urandom(9).hex()


@dataclass(frozen=True, slots=True)
class Settled:
    """A row that shows `version` of its case, as `mark` asked for. `named`: this pass has named the counts of the
    row."""

    mark: Document
    version: int
    named: bool


class RowMarks:
    """The marks of this service's cases."""

    def __init__(self, database: Database) -> None:
        self.collection: Collection = database[MARKS]

    async def write(self, marks: Sequence[UpdateOne]) -> None:
        """Write `marks`."""
        if marks:
            await self.collection.bulk_write(marks, ordered=False)

    async def stale(self, most: int) -> list[Document]:
        """Up to `most` marks whose rows are behind: those of the oldest changes first, then those of rows that are only
        made anew."""
        waiting = self.collection.find({"since": {"$gt": EVER}}).sort("since", ASCENDING).hint(STALE)
        found: list[Document] = await waiting.limit(most).to_list(most)
        return found

    async def begin(self, name: str, named: Sequence[tuple[Document, str, Iterable[str]]]) -> None:
        """Note that the pass `name` is about to write rows. `named` gives for each row its mark, its community, and the
        names of the counts that the write may change.

        The names are stored before a row is written, so that another pass makes the counts if this one dies. A mark
        whose row another pass has written meanwhile is left alone, for this pass has not read that row.
        """
        alike: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
        for mark, community, counts in named:
            alike[community, tuple(sorted(counts))].append(mark["_id"])
        if alike:
            await self.collection.bulk_write([_naming(name, *each, ids) for each, ids in alike.items()], ordered=False)

    async def end(self, name: str, settled: Iterable[Settled], begun: Sequence[str]) -> None:
        """Note that the pass `name` has written its rows. A mark that was set again meanwhile stays, and a mark that
        another pass has begun with is left to that pass."""
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
        """Up to `most` marks whose counts wait: those of the oldest changes or, without any, those of rows that were
        only made anew."""
        shown = {"community": 1, "dirty": 1, "uncounted": 1, "pass": 1}
        for span, at_once in (({"$gt": EVER, "$lt": NEVER}, most), ({"$gte": NEVER}, _ANEW_AT_ONCE)):
            waiting = self.collection.find({"uncounted": span, "drawing": None}, shown).sort("uncounted", ASCENDING)
            if found := await waiting.hint(UNCOUNTED).limit(at_once).to_list(None):
                return list(found)
        return []

    async def counted(self, counted: Iterable[Document]) -> None:
        """Note that the counts of the marks `counted` are made. Counts that a later pass has named meanwhile still
        wait."""
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
        """Delete marks for which nothing waits any more, then clear the finished fields of other marks. Where row and
        counts are finished at the same time, each may leave the mark to the other; so marks without waiting fields are
        looked for once more."""
        operations: list[DeleteMany | UpdateMany] = [*over, *kept]
        if operations:
            await self.collection.bulk_write([*operations, DeleteMany({"_id": {"$in": ids}, **_NOTHING})])


def _naming(name: str, community: str, counts: Sequence[str], ids: Sequence[str]) -> UpdateMany:
    """The write that names `counts` in the marks of `ids`. One write serves all marks with the same names, as most of a
    pass have, because one for each would cost far more."""
    fields = {
        "pass": name,
        "drawing": True,
        "community": {"$literal": community},
        "dirty": {"$setUnion": [{"$ifNull": ["$dirty", []]}, {"$literal": list(counts)}]},
        "uncounted": {"$min": ["$uncounted", "$since"]},
    }
    return UpdateMany({"_id": {"$in": list(ids)}, "since": {"$exists": True}}, [{"$set": fields}])
