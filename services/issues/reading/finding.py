"""Questions put to the rows, each answered by walking one index from where the last page ended.

Who asks decides what is found: residents find cases of public categories by their public words, workers by all words,
a handler by inside words only where the case is their unit's.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.chassis.principal import Principal, Role
from services.chassis.store import cursor as cursors
from services.chassis.store.mongo import ASCENDING, DESCENDING, Collection, Database, Document
from services.contracts.issues import CaseStatus, Channel, Priority
from services.issues.reading.row import INSIDE, ROWS, WAITING, WORDS, order_of
from services.issues.reading.tokenizer import Term

LOOKS = (150, 850)
"""How many rows one page of a search looks at, first and then: where common words rarely meet, a page may be short."""

_COUNTED = 1000
_LEADS = 8
Keys = Sequence[tuple[str, int]]
_NEWEST: Keys = [("order", DESCENDING)]
_DUE: Keys = [("due", ASCENDING), ("_id", ASCENDING)]
_TIED: Keys = [("_id", ASCENDING)]
"""Of what is due at one moment: the store merges walks only by what may still differ."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Further conditions on rows; None: anything. `since` and `until` bound the time of the report."""

    status: Sequence[CaseStatus] | None = None
    category: Sequence[str] | None = None
    group: str | None = None
    building: str | None = None
    unit: str | None = None
    priority: Sequence[Priority] | None = None
    channel: Sequence[Channel] | None = None
    overdue: bool | None = None
    affected: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def query(self) -> Document:
        """The conditions, as the store reads them."""
        found: Document = {
            name: value
            for name in ("group", "building", "unit", "overdue")
            if (value := getattr(self, name)) is not None
        }
        for name in ("status", "category", "priority", "channel"):
            if chosen := getattr(self, name):
                found[name] = {"$in": sorted(chosen)}
        if self.affected is not None:
            found["affected"] = {"$gte": self.affected}
        order = {}
        if self.since is not None:
            order["$gte"] = order_of(self.since)
        if self.until is not None:
            order["$lt"] = order_of(self.until)
        return {**found, "order": order} if order else found


@dataclass(frozen=True, slots=True)
class Found:
    """One page of rows; `next`: the cursor of the following one."""

    rows: list[Document]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far somebody sees. `inside`: all words of all cases; `units`: all words of cases of these units."""

    inside: bool
    units: Sequence[str] = field(default=())

    @classmethod
    def of(cls, by: Principal, community: str) -> "Reach":
        """The reach of `by` in `community`."""
        inside = by.has(community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
        return cls(inside, () if inside or not by.has(community, Role.HANDLER) else sorted(by.units_in(community)))

    def public(self) -> Document:
        """The condition for what may be seen at all."""
        if self.inside:
            return {}
        return {"$or": [{"public": True}, {"unit": {"$in": list(self.units)}}]} if self.units else {"public": True}


class CaseFinder:
    """The questions."""

    def __init__(self, database: Database) -> None:
        self.rows: Collection = database[ROWS]

    async def queue(
        self, community: str, desks: Sequence[str], also: Mapping[str, Any], limit: int, cursor: str | None
    ) -> Found:
        """The rows that lie on these desks, each by its id and when it is due; the earliest comes first."""
        rows: list[Document] = []
        for query, sort in waiting(community, desks, also, cursor):
            missing = limit + 1 - len(rows)
            if missing:
                walk = self.rows.find(query, _ORDERED).sort(sort).hint(WAITING).limit(missing)
                rows += await walk.to_list(missing)
        last = rows[limit - 1] if len(rows) > limit else None
        return Found(rows[:limit], None if last is None else cursors.encode(last["due"], last["_id"]))

    async def newest(self, query: Mapping[str, Any], limit: int, cursor: str | None) -> Found:
        """The rows that `query` finds, newest first."""
        return await self._page(_after(query, cursor), _NEWEST, limit, _order_of)

    async def search(
        self,
        community: str,
        terms: Sequence[Term],
        reach: Reach,
        filters: Filters,
        limit: int,
        cursor: str | None,
    ) -> Found:
        """The rows in which every term is found, newest first. A page may be short or empty and yet have a `next`."""
        lead = await self._lead(community, terms, reach)
        walk = _after({"community": community, "words": lead, **_ordered(filters)}, cursor)
        verified, rows = matching(terms, reach, filters), list[Document]()
        for look in LOOKS:
            end = await self._end(walk, look)
            here = walk if end is None else {**walk, "order": {**walk.get("order", {}), "$gte": end}}
            found = self.rows.find({**here, "$and": [verified]}, {"order": 1}).sort(_NEWEST).hint(WORDS)
            rows += await found.limit(limit + 1 - len(rows)).to_list(None)
            if len(rows) > limit:
                return Found(rows[:limit], _order_of(rows[limit - 1]))
            if end is None:
                return Found(rows)
            walk = {**walk, "order": {**walk.get("order", {}), "$lt": end}}
        return Found(rows, cursors.encode(walk["order"]["$lt"], ""))

    async def _end(self, walk: Mapping[str, Any], look: int) -> int | None:
        """Where so many rows of a walk end; None where there are not more. Read from the index alone."""
        ends = self.rows.find(walk, {"_id": 0, "order": 1}).sort(_NEWEST).hint(WORDS).skip(look - 1).limit(1)
        found = await ends.to_list(1)
        return int(found[0]["order"]) if found else None

    async def _lead(self, community: str, terms: Sequence[Term], reach: Reach) -> Document:
        """The condition on the words that leaves the fewest rows to look at: the rarest token's."""
        tokens = sorted({token for term in terms for token in term.tokens}, key=len, reverse=True)[:_LEADS]
        conditions = [_scoped(token, reach) for token in tokens]
        if len(conditions) == 1:
            return conditions[0]
        counts = await asyncio.gather(
            *(
                self.rows.count_documents({"community": community, "words": condition}, limit=_COUNTED)
                for condition in conditions
            )
        )
        return conditions[counts.index(min(counts))]

    async def _page(self, query: Mapping[str, Any], sort: Keys, limit: int, word: Any) -> Found:
        rows = await self.rows.find(query, _SHOWN).sort(sort).limit(limit + 1).to_list(limit + 1)
        return Found(rows[:limit], word(rows[limit - 1]) if len(rows) > limit else None)


_SHOWN = {"text": 0, "inside": 0, "words": 0}
_ORDERED = {"due": 1}


def waiting(
    community: str, desks: Sequence[str], also: Mapping[str, Any], cursor: str | None
) -> "list[tuple[Document, Keys]]":
    """The conditions, one walk each and its order, for what lies on these desks beyond the page that ended at `cursor`.

    They name both values of `overdue`, which stands before `due` in the index, so that what is overdue is found without
    a look at the rest, and all of it is merged and not sorted: for up to 99 desks, since the store merges 200 walks.

    Raises:
        InvalidCursor: the cursor is not one of a queue.
    """
    desk, late = {"$in": list(desks)}, {"$in": [True, False]}
    query: Document = {"community": community, "desks": desk, "overdue": late, "$and": [dict(also)]}
    if cursor is None:
        return [(query, _DUE)]
    due, id = _read(cursor, datetime)
    # Two walks and not a choice of two: for that the store would read more rows than are shown, or sort.
    return [({**query, "due": due, "_id": {"$gt": id}}, _TIED), ({**query, "due": {"$gt": due}}, _DUE)]


def matching(terms: Sequence[Term], reach: Reach, filters: Filters) -> Document:
    """The condition that verifies what a token has found."""
    open_text = [{"text": {"$regex": term.pattern}} for term in terms]
    any_text = [{"$or": [{"text": {"$regex": term.pattern}}, {"inside": {"$regex": term.pattern}}]} for term in terms]
    if reach.inside:
        seen: Document = {"$and": any_text}
    elif reach.units:
        theirs = {"unit": {"$in": list(reach.units)}}
        seen = {"$or": [{"public": True, "$and": open_text}, {**theirs, "$and": any_text}]}
    else:
        seen = {"public": True, "$and": open_text}
    return {**{name: value for name, value in filters.query().items() if name != "order"}, **seen}


def _ordered(filters: Filters) -> Document:
    return {name: value for name, value in filters.query().items() if name == "order"}


def _scoped(token: str, reach: Reach) -> Document:
    return {"$in": [token, INSIDE + token] if reach.inside or reach.units else [token]}


def _after(query: Mapping[str, Any], cursor: str | None) -> Document:
    """`query` beyond the page that ended at `cursor`."""
    if cursor is None:
        return dict(query)
    order, _ = _read(cursor, int)
    return {**query, "order": {**query.get("order", {}), "$lt": order}}


def _order_of(row: Mapping[str, Any]) -> str:
    return cursors.encode(row["order"], row["_id"])


def _read(cursor: str, kind: type) -> tuple[Any, str]:
    value, id = cursors.decode(cursor)
    if type(value) is not kind:
        raise cursors.InvalidCursor()
    return value, id
