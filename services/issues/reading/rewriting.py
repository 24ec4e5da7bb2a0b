"""Writes rows in passes, of which several may be under way on different replicas; each row is written by one at a time.

A pass writes a row only over the row that it has read, and leaves its name in the row (`turn`). So of two passes that
have read the same row only one writes it; the other notices that, and leaves the mark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.store.mongo import (
    BulkWriteError,
    Collection,
    Database,
    Document,
    InsertOne,
    UpdateOne,
    WriteOp,
    is_repetition,
)
from services.issues.reading.marks import RowMarks, Settled, pass_name
from services.issues.reading.row import COUNTED_BY, ROWS, WRITTEN, counted_in, counts_as

BEFORE = dict.fromkeys((*COUNTED_BY, "seq", "turn", "changed", "days", WRITTEN), 1)
"""The fields that a pass reads of the rows that it may write."""


def written_in(row: Document) -> bytes | None:
    """The digest of the texts that the words in `row` were made of; None unless the pass that last wrote the row has
    left it. A pass of an older version doesn't know the field, and may have written other words."""
    left = row.get(WRITTEN)
    return None if not left or left["turn"] != row.get("turn") else bytes(left["digest"])


@dataclass(frozen=True, slots=True)
class Change:
    """A row to be written: its mark, the row before, the row now (None: its case was deleted), and the counts that
    change."""

    mark: Document
    before: Document | None
    made: dict[str, Any] | None
    counts: frozenset[str]

    @classmethod
    def of(cls, mark: Document, before: Document | None, made: dict[str, Any] | None) -> "Change":
        """The change of a row from `before` to `made`."""
        # Counts that an unfinished pass has named may belong to a row that it has written.
        counts = set(mark.get("dirty", ())) if mark.get("drawing") else set[str]()
        if made is not None and (before is None or counts_as(before) != counts_as(made)):
            counts |= {*counted_in(before or {}), *counted_in(made)}
        return cls(mark, before, made, frozenset(counts))

    @property
    def id(self) -> str:
        """The id of the case."""
        return str(self.mark["_id"])

    @property
    def settled(self) -> Settled:
        """The row as settled, once this change is written."""
        shown = 0 if self.made is None else self.made["seq"]
        return Settled(self.mark, max(shown, self.mark["wanted"]), bool(self.counts))

    @property
    def community(self) -> str:
        """The community of the counts that change, including those that an earlier pass has named."""
        return str((self.made or self.mark)["community"])

    def write(self, name: str) -> WriteOp:
        """The write of the row by the pass `name`, which has no effect where another pass wrote the row meanwhile."""
        made = self.made or {}
        moments = [(self.before or {}).get("changed"), self.mark.get("changed"), made["changed"]]
        fields = {**made, "changed": max(each for each in moments if each is not None), "turn": name}
        if WRITTEN in made:
            fields[WRITTEN] = {"turn": name, "digest": made[WRITTEN]}
        if self.before is None:
            return InsertOne({"_id": self.mark["_id"], **fields})
        return UpdateOne({"_id": self.mark["_id"], "turn": self.before.get("turn")}, {"$set": fields})


class Rewriting:
    """Writes the rows of this service's cases."""

    def __init__(self, database: Database) -> None:
        self._marks = RowMarks(database)
        self._rows: Collection = database[ROWS]

    async def write(self, shown: Sequence[Settled], changes: Sequence[Change]) -> None:
        """Write `changes`, and settle their marks and those of the rows in `shown`, which are up to date already.

        The counts that change are stored in the marks before the rows are written, and marks are settled after, so that
        nothing is forgotten wherever this is interrupted.
        """
        name = pass_name()
        begun = [change for change in changes if change.counts]
        await self._marks.begin(name, [(change.mark, change.community, change.counts) for change in begun])
        lost = await self._write_rows(name, [change for change in changes if change.made is not None])
        settled = [change.settled for change in changes if change.id not in lost]
        await self._marks.end(name, [*shown, *settled], [change.id for change in begun])

    async def _write_rows(self, name: str, changes: Sequence[Change]) -> frozenset[str]:
        """Write the rows of `changes`. Returns the ids of cases whose row another pass wrote meanwhile."""
        if not changes:
            return frozenset()
        try:
            result = await self._rows.bulk_write([change.write(name) for change in changes], ordered=False)
        except BulkWriteError as error:
            if not is_repetition(error):
                raise
        else:
            if result.inserted_count + result.matched_count == len(changes):
                return frozenset()
        ids = [change.id for change in changes]
        mine = {row["_id"] async for row in self._rows.find({"_id": {"$in": ids}, "turn": name}, {"_id": 1})}
        return frozenset(ids) - mine
