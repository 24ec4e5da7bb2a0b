"""Answers searches and queues from the rows. Each page walks one index from where the page before ended.

Residents find cases of public categories by their public words. Workers find cases by all words, a handler by inside
words only in cases of the own units.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.chassis.cache import Cache
from services.chassis.elapsed import elapsed
from services.chassis.store import cursor as cursors
from services.chassis.store.mongo import DESCENDING, Collection, Database, Document
from services.issues.reading.conditions import CaseSearch, Filters, How, Part, Reach
from services.issues.reading.nearness import Near
from services.issues.reading.questions import Cover, Term
from services.issues.reading.queueing import Keys, read_cursor, walks
from services.issues.reading.row import IN_ORDER, INSIDE, READ, ROWS, WAITING, WORDS

LOOK = 1000
"""How many rows one page of a search looks at. A page may be short where common words rarely occur together."""

UNLED_LOOK = 5000
"""`LOOK` for a search whose words have no tokens, so that the newest rows are looked through."""

COUNTED = 1000
"""The most cases on a desk that are counted."""

_LEADS = 8
_LEADING_TERMS = 3
_REMEMBERED = 600.0
"""The number of seconds for which a process remembers how common words are. Only the way to rows depends on it."""
_WAYS_REMEMBERED = 8192
_BEHIND_ALL = 2**63 - 1
_NEWEST: Keys = [("order", DESCENDING)]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of rows. `next` is the cursor of the following page, None on the last one."""

    rows: list[Document]
    next: str | None = None


@dataclass(slots=True)
class _Learnt:
    """What the parts of one search have found out for those that follow: the index and the condition that lead to the
    rows of each way of finding, and these rows where they are few."""

    leads: dict[How, tuple[str, Document]] = field(default_factory=dict)
    few: dict[How, list[Document]] = field(default_factory=dict)


class CaseFinder:
    """Answers searches and queues from the collection of rows."""

    def __init__(self, database: Database) -> None:
        self.rows: Collection = database[ROWS]
        self._counts = Cache[tuple[str, ...], tuple[float, int]](_WAYS_REMEMBERED)
        self._ends = Cache[tuple[str, str], tuple[float, int | None]](_WAYS_REMEMBERED)

    async def queue(
        self, community: str, desks: Sequence[str], also: Mapping[str, Any], limit: int, cursor: str | None
    ) -> Found:
        """The rows that lie on the `desks` and fulfil `also`, the one that is due first at the top."""
        rows: list[Document] = []
        for query, sort in walks(community, desks, also, cursor):
            missing = limit + 1 - len(rows)
            if missing:
                walk = self.rows.find(query, _ORDERED).sort(sort).hint(WAITING).limit(missing)
                rows += await walk.to_list(missing)
        last = rows[limit - 1] if len(rows) > limit else None
        return Found(rows[:limit], None if last is None else cursors.encode(last["due"], last["_id"]))

    async def waiting_at(self, community: str, desks: Sequence[str], also: Mapping[str, Any]) -> tuple[int, int]:
        """How many rows lie on the `desks`, and how many of them are overdue, both counted up to `COUNTED`."""
        lying = {"community": community, "desks": {"$in": list(desks)}, **also}
        counts = [
            self.rows.count_documents({**lying, **late}, limit=COUNTED, hint=WAITING)
            for late in ({"overdue": {"$in": [False, True]}}, {"overdue": True})
        ]
        all_of_them, overdue = await asyncio.gather(*counts)
        return all_of_them, overdue

    async def newest(self, query: Mapping[str, Any], limit: int, cursor: str | None) -> Found:
        """The rows that `query` finds, the newest first."""
        return await self._page(_after(query, cursor), _NEWEST, limit, _order_of)

    async def search(self, question: CaseSearch, limit: int, cursor: str | None) -> Found:
        """The rows in which every term is found. First come rows with all terms as they were typed, then rows with
        something else that a term may mean, then rows that are guessed; in each group near rows come first, and then
        the newest. A page may be short or empty and yet have a `next`."""
        parts, learnt, rows = question.parts(), _Learnt(), list[Document]()
        if cursor is not None:
            mark = read_cursor(cursor, int)[1]
            begin = next((n for n, part in enumerate(parts) if part.mark == mark), 0)
            parts = parts[begin:]
        for part in parts:
            if len(rows) == limit:
                return Found(rows, cursors.encode(_BEHIND_ALL, part.mark))
            found = await self._rows_of(question, part, learnt, limit - len(rows), cursor)
            rows += found.rows
            if found.next is not None:
                return Found(rows, found.next)
            cursor = None
        return Found(rows)

    async def _rows_of(
        self, question: CaseSearch, part: Part, learnt: _Learnt, limit: int, cursor: str | None
    ) -> Found:
        """A page of the rows of one part of the results. The rarest words lead to them or, where these are common and
        the rows are near, nearness."""
        if part.how not in learnt.leads:
            lead = await self._lead(question.community, question.terms, question.reach, part.how)
            learnt.leads[part.how] = (WORDS, {"words": lead}) if lead else (IN_ORDER, {})
        index, lead = learnt.leads[part.how]
        bounds = {"community": question.community, **_ordered(question.filters)}
        walk, verified = {**bounds, **lead}, question.verified(part)
        if question.near is not None and part.near is not None:
            if await self._end(index, walk) is None:
                if part.how not in learnt.few:
                    learnt.few[part.how] = await self._all(walk, index, question.wherever(part), question.near)
                rows = [row for row in learnt.few[part.how] if question.near.has(row) == part.near]
                return _page_of(rows, part, limit, cursor)
            if part.near:
                index, walk, verified = question.near.index, bounds | question.near.walk, question.wherever(part)
        walk = _after(walk, cursor)
        end = await self._end(index, walk)
        here = walk if end is None else {**walk, "order": {**walk.get("order", {}), "$gte": end}}
        found = self.rows.find({**here, "$and": [verified]}, {"order": 1}).sort(_NEWEST).hint(index)
        rows = await found.limit(limit + 1).to_list(None)
        if len(rows) > limit:
            return Found(rows[:limit], _last_of(rows[:limit], part))
        return Found(rows, None if end is None else cursors.encode(end, part.mark))

    async def _all(self, walk: Document, index: str, verified: Document, near: Near) -> list[Document]:
        """All rows of a walk that leads to few, with what tells whether they are near."""
        found = self.rows.find({**walk, "$and": [verified]}, {"order": 1, near.field: 1}).sort(_NEWEST).hint(index)
        return await found.to_list(None)

    async def _end(self, index: str, walk: Document) -> int | None:
        """The order at which a look along `index` ends; None where the walk leads to fewer rows. Only the index is
        read. The end of a walk over all time is remembered: until it is forgotten, looks also hold what is newer."""
        key = (index, str(walk))
        known = self._ends.get(key)
        if known is not None and elapsed() - known[0] < _REMEMBERED:
            return known[1]
        look = UNLED_LOOK if index == IN_ORDER else LOOK
        ends = self.rows.find(walk, {"_id": 0, "order": 1}).sort(_NEWEST).hint(index).skip(look - 1).limit(1)
        found = await ends.to_list(1)
        end = int(found[0]["order"]) if found else None
        if "order" not in walk:
            self._ends.put(key, (elapsed(), end))
        return end

    async def _lead(self, community: str, terms: Sequence[Term], reach: Reach, how: How) -> Document:
        """The condition on tokens that leaves the fewest rows to look at, by the rarest tokens of a term. It is empty
        where every term may be guessed."""
        if how is How.TYPED:
            covers = {cover for term in terms for cover in term.near.covers}
            return (await self._rarest(community, covers, reach))[1]
        leading = [term for term in terms if how is How.MEANT or not term.guessed]
        leads = await asyncio.gather(
            *(
                self._rarest_of_ways(community, term, reach, alone=len(leading) == 1)
                for term in sorted(leading, key=lambda term: len(term.led))[:_LEADING_TERMS]
            )
        )
        return min(leads, key=_count)[1] if leads else {}

    async def _rarest_of_ways(self, community: str, term: Term, reach: Reach, *, alone: bool) -> tuple[int, Document]:
        """The condition that leads to all ways to find `term`, with the number of rows that it leaves, which is not
        counted where the term is `alone`."""
        rarest = await asyncio.gather(*(self._rarest(community, way.covers, reach, alone=alone) for way in term.led))
        tokens = sorted({token for _, condition in rarest for token in condition["$in"]})
        return sum(map(_count, rarest)), {"$in": tokens}

    async def _rarest(
        self, community: str, covers: Iterable[Cover], reach: Reach, *, alone: bool = True
    ) -> tuple[int, Document]:
        """The condition for the cover that leaves the fewest rows, with their number, which is not counted where there
        is no choice: one cover, of something `alone`."""
        inside = reach.inside or bool(reach.units)
        conditions = [_scoped(cover, inside=inside) for cover in sorted(covers, key=_telling)[:_LEADS]]
        if alone and len(conditions) == 1:
            return LOOK, conditions[0]
        counts = await asyncio.gather(*(self._count(community, condition) for condition in conditions))
        return min(zip(counts, conditions, strict=True), key=_count)

    async def _count(self, community: str, words: Document) -> int:
        """How many rows this condition on the words leaves, counted up to `LOOK`, or how many these were lately."""
        key = (community, *words["$in"])
        known = self._counts.get(key)
        if known is not None and elapsed() - known[0] < _REMEMBERED:
            return known[1]
        count: int = await self.rows.count_documents({"community": community, "words": words}, limit=LOOK)
        self._counts.put(key, (elapsed(), count))
        return count

    async def _page(self, query: Mapping[str, Any], sort: Keys, limit: int, word: Any) -> Found:
        rows = await self.rows.find(query, _SHOWN).sort(sort).limit(limit + 1).to_list(limit + 1)
        return Found(rows[:limit], word(rows[limit - 1]) if len(rows) > limit else None)


_SHOWN = dict.fromkeys(READ, 0)
_ORDERED = {"due": 1}


def _ordered(filters: Filters) -> Document:
    return {name: value for name, value in filters.query().items() if name == "order"}


def _scoped(cover: Cover, *, inside: bool) -> Document:
    tokens = sorted(cover)
    return {"$in": [*tokens, *(INSIDE + token for token in tokens)] if inside else tokens}


def _telling(cover: Cover) -> tuple[int, int, str]:
    """The key that sorts covers which likely are rare to the front: those of few and long tokens."""
    return len(cover), -max(map(len, cover)), min(cover)


def _count(pair: tuple[int, Document]) -> int:
    return pair[0]


def _page_of(rows: Sequence[Document], part: Part, limit: int, cursor: str | None) -> Found:
    """The page of `rows` of a part that follows the one which ended at `cursor`."""
    if cursor is not None:
        before = read_cursor(cursor, int)[0]
        rows = [row for row in rows if row["order"] < before]
    these = list(rows[:limit])
    return Found(these, _last_of(these, part) if len(rows) > limit else None)


def _last_of(rows: Sequence[Document], part: Part) -> str:
    return cursors.encode(rows[-1]["order"], part.mark or rows[-1]["_id"])


def _after(query: Mapping[str, Any], cursor: str | None) -> Document:
    """`query` for the rows after the page that ended at `cursor`."""
    if cursor is None:
        return dict(query)
    order, _ = read_cursor(cursor, int)
    return {**query, "order": {**query.get("order", {}), "$lt": order}}


def _order_of(row: Mapping[str, Any]) -> str:
    return cursors.encode(row["order"], row["_id"])
