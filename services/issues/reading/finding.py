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
from services.contracts.issues import CasePhase, CaseStatus, Channel, Priority
from services.issues.reading.questions import Cover, Term, Way
from services.issues.reading.row import INSIDE, ROWS, WAITING, WORDS, order_of

LOOKS = (150, 850)
"""How many rows one page of a search looks at, first and then: where common words rarely meet, a page may be short."""

_COUNTED = 1000
_LEADS = 8
_LEADING_TERMS = 3
_FAR = "~"
"""Stands in the cursor of a page that ended among what is found in another way than it was typed."""
_BEHIND_ALL = 2**63 - 1
Keys = Sequence[tuple[str, int]]
_NEWEST: Keys = [("order", DESCENDING)]
_DUE: Keys = [("due", ASCENDING), ("_id", ASCENDING)]
_TIED: Keys = [("_id", ASCENDING)]
"""Of what is due at one moment: the store merges walks only by what may still differ."""


COUNTED = 1000
"""The cases on a desk are counted so far: whoever has more has enough to do."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Further conditions on rows; None: anything.

    `since` and `until` bound the time of the report, `due_before` that of what is due next; `level` is the lowest level
    that is answerable, `assignee` who of the unit has the case.
    """

    status: Sequence[CaseStatus] | None = None
    category: Sequence[str] | None = None
    group: str | None = None
    building: str | None = None
    unit: str | None = None
    priority: Sequence[Priority] | None = None
    channel: Sequence[Channel] | None = None
    overdue: bool | None = None
    affected: int | None = None
    phase: Sequence[CasePhase] | None = None
    level: int | None = None
    assignee: str | None = None
    due_before: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None

    def query(self) -> Document:
        """The conditions, as the store reads them."""
        found: Document = {
            name: value
            for name in ("group", "building", "unit", "overdue", "assignee")
            if (value := getattr(self, name)) is not None
        }
        for name in ("status", "category", "priority", "channel", "phase"):
            if chosen := getattr(self, name):
                found[name] = {"$in": sorted(chosen)}
        if self.affected is not None:
            found["affected"] = {"$gte": self.affected}
        if self.level is not None:
            found["level"] = {"$gte": self.level}
        if self.due_before is not None:
            found["due"] = {"$lt": self.due_before}
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

    async def waiting_at(self, community: str, desks: Sequence[str], also: Mapping[str, Any]) -> tuple[int, int]:
        """How many rows lie on these desks, and how many of them are overdue; counted up to `COUNTED`, no further."""
        lying = {"community": community, "desks": {"$in": list(desks)}, **also}
        counts = [
            self.rows.count_documents({**lying, **late}, limit=COUNTED, hint=WAITING)
            for late in ({"overdue": {"$in": [False, True]}}, {"overdue": True})
        ]
        all_of_them, overdue = await asyncio.gather(*counts)
        return all_of_them, overdue

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
        """The rows in which every term is found: first those that hold all as it was typed, then those with what else
        they may mean; of both the newest first. A page may be short or empty and yet have a `next`."""
        rows, otherwise = list[Document](), any(term.far for term in terms)
        if cursor is None or _read(cursor, int)[1] != _FAR:
            found = await self._walk(community, terms, reach, filters, limit, cursor, far=False)
            if found.next is not None or not otherwise:
                return found
            rows, cursor = found.rows, None
            if len(rows) == limit:
                return Found(rows, cursors.encode(_BEHIND_ALL, _FAR))
        found = await self._walk(community, terms, reach, filters, limit - len(rows), cursor, far=True)
        return Found([*rows, *found.rows], found.next)

    async def _walk(
        self,
        community: str,
        terms: Sequence[Term],
        reach: Reach,
        filters: Filters,
        limit: int,
        cursor: str | None,
        *,
        far: bool,
    ) -> Found:
        """The rows in which the terms stand as they were typed; `far`: those in which they don't and yet are found."""
        lead = await self._lead(community, terms, reach, far=far)
        walk = _after({"community": community, "words": lead, **_ordered(filters)}, cursor)
        verified, rows, mark = matching(terms, reach, filters, far=far), list[Document](), _FAR if far else ""
        for look in LOOKS:
            end = await self._end(walk, look)
            here = walk if end is None else {**walk, "order": {**walk.get("order", {}), "$gte": end}}
            found = self.rows.find({**here, "$and": [verified]}, {"order": 1}).sort(_NEWEST).hint(WORDS)
            rows += await found.limit(limit + 1 - len(rows)).to_list(None)
            if len(rows) > limit:
                last = rows[limit - 1]
                return Found(rows[:limit], cursors.encode(last["order"], mark or last["_id"]))
            if end is None:
                return Found(rows)
            walk = {**walk, "order": {**walk.get("order", {}), "$lt": end}}
        return Found(rows, cursors.encode(walk["order"]["$lt"], mark))

    async def _end(self, walk: Mapping[str, Any], look: int) -> int | None:
        """Where so many rows of a walk end; None where there are not more. Read from the index alone."""
        ends = self.rows.find(walk, {"_id": 0, "order": 1}).sort(_NEWEST).hint(WORDS).skip(look - 1).limit(1)
        found = await ends.to_list(1)
        return int(found[0]["order"]) if found else None

    async def _lead(self, community: str, terms: Sequence[Term], reach: Reach, *, far: bool) -> Document:
        """The condition on the words that leaves the fewest rows to look at: the rarest tokens of a term."""
        if not far:
            covers = sorted({cover for term in terms for cover in term.near.covers}, key=_telling)[:_LEADS]
            return min(await self._counted(community, covers, reach), key=_count)[1]
        leads: list[tuple[int, Document]] = []
        for term in sorted(terms, key=lambda term: len(term.ways))[:_LEADING_TERMS]:
            rarest = [
                min(await self._counted(community, sorted(way.covers, key=_telling)[:_LEADS], reach), key=_count)
                for way in term.ways
            ]
            tokens = sorted({token for _, condition in rarest for token in condition["$in"]})
            leads.append((sum(map(_count, rarest)), {"$in": tokens}))
        return min(leads, key=_count)[1]

    async def _counted(self, community: str, covers: Sequence[Cover], reach: Reach) -> list[tuple[int, Document]]:
        """The conditions on the words, each with how many rows it leaves; not counted where there is no choice."""
        conditions = [_scoped(cover, inside=reach.inside or bool(reach.units)) for cover in covers]
        if len(conditions) == 1 and len(conditions[0]["$in"]) <= 2:
            return [(_COUNTED, conditions[0])]
        counts = await asyncio.gather(
            *(
                self.rows.count_documents({"community": community, "words": condition}, limit=_COUNTED)
                for condition in conditions
            )
        )
        return list(zip(counts, conditions, strict=True))

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


def matching(terms: Sequence[Term], reach: Reach, filters: Filters, *, far: bool = False) -> Document:
    """The condition that verifies what a token has found: the terms as they were typed; `far`: in any way but that."""
    if reach.inside:
        seen = _found(terms, inside=True, far=far)
    elif reach.units:
        theirs = {"unit": {"$in": list(reach.units)}}
        public = {"public": True, **_found(terms, inside=False, far=far)}
        seen = {"$or": [public, {**theirs, **_found(terms, inside=True, far=far)}]}
    else:
        seen = {"public": True, **_found(terms, inside=False, far=far)}
    return {**{name: value for name, value in filters.query().items() if name != "order"}, **seen}


def _found(terms: Sequence[Term], *, inside: bool, far: bool) -> Document:
    """All of the terms, in what everybody reads or, `inside`, in all that is written."""
    near = [_holds(term.near, inside=inside) for term in terms]
    if not far:
        return {"$and": near}
    ways = [{"$or": [_holds(way, inside=inside) for way in term.ways]} for term in terms]
    return {"$and": ways, "$nor": [{"$and": near}]}


def _holds(way: Way, *, inside: bool) -> Document:
    if not way.patterns:
        return {"$and": [{"words": _scoped(cover, inside=inside)} for cover in way.covers]}
    texts = ("text", "inside") if inside else ("text",)
    each = [[{text: {"$regex": pattern}} for text in texts] for pattern in way.patterns]
    return {"$and": [some[0] if len(some) == 1 else {"$or": some} for some in each]}


def _ordered(filters: Filters) -> Document:
    return {name: value for name, value in filters.query().items() if name == "order"}


def _scoped(cover: Cover, *, inside: bool) -> Document:
    tokens = sorted(cover)
    return {"$in": [*tokens, *(INSIDE + token for token in tokens)] if inside else tokens}


def _telling(cover: Cover) -> tuple[int, int, str]:
    """The key that sorts terms which are likely rare to the front: those of few tokens, and of long ones."""
    return len(cover), -max(map(len, cover)), min(cover)


def _count(pair: tuple[int, Document]) -> int:
    return pair[0]


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
