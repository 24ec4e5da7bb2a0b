"""Rows are rewritten by passes, of which several may be under way on different replicas: each row by one at a time.

A pass writes a row only over the row that it has read, and leaves its name in it (`turn`). So of two passes that have
read the same row one writes; the other finds that it has lost, and leaves the mark standing.
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
"""What a pass reads of the rows that it may rewrite."""


def written_in(row: Document) -> bytes | None:
    """The digest of what the texts and words in `row` were made of. It holds for the pass that left it alone: one that
    does not know of it, as an older version's, may have written other words."""
    left = row.get(WRITTEN)
    return None if not left or left["turn"] != row.get("turn") else bytes(left["digest"])


@dataclass(frozen=True, slots=True)
class Change:
    """A row to be written: its mark, what it was, what it is now (None: its case is gone), the counts concerned."""

    mark: Document
    before: Document | None
    made: dict[str, Any] | None
    counts: frozenset[str]

    @classmethod
    def of(cls, mark: Document, before: Document | None, made: dict[str, Any] | None) -> "Change":
        """The change of a row from `before` to `made`."""
        # What a pass has named that did not come to its end may stand for a row that it has written.
        counts = set(mark.get("dirty", ())) if mark.get("drawing") else set[str]()
        if made is not None and (before is None or counts_as(before) != counts_as(made)):
            counts |= {*counted_in(before or {}), *counted_in(made)}
        return cls(mark, before, made, frozenset(counts))

    @property
    def id(self) -> str:
        """The case."""
        return str(self.mark["_id"])

    @property
    def settled(self) -> Settled:
        """What is settled once this is written."""
        shown = 0 if self.made is None else self.made["seq"]
        return Settled(self.mark, max(shown, self.mark["wanted"]), bool(self.counts))

    @property
    def community(self) -> str:
        """Where its counts are, those that an earlier pass has named included."""
        return str((self.made or self.mark)["community"])

    def write(self, name: str) -> WriteOp:
        """The write of the row by the pass `name`: not where somebody wrote it meanwhile."""
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
        """Write what has changed, and settle its marks and those of rows that `shown` it already.

        The counts concerned are on record before, and the marks go after it; so whatever it is interrupted by, nothing
        is forgotten.
        """
        name = pass_name()
        begun = [change for change in changes if change.counts]
        await self._marks.begin(name, [(change.mark, change.community, change.counts) for change in begun])
        lost = await self._write_rows(name, [change for change in changes if change.made is not None])
        settled = [change.settled for change in changes if change.id not in lost]
        await self._marks.end(name, [*shown, *settled], [change.id for change in begun])

    async def _write_rows(self, name: str, changes: Sequence[Change]) -> frozenset[str]:
        """Write these rows; returns whose row somebody else wrote meanwhile."""
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
