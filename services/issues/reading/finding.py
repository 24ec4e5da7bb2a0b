"""Answers searches and queues from the rows. Each page walks one index from where the page before ended.

Residents find cases of public categories by their public words. Workers find cases by all words, a handler by inside
words only in cases of the own units.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.chassis.cache import Cache
from services.chassis.elapsed import elapsed
from services.chassis.store import cursor as cursors
from services.chassis.store.mongo import ASCENDING, DESCENDING, Collection, Database, Document
from services.issues.reading.conditions import CaseSearch, Filters, How, Part, Reach
from services.issues.reading.nearness import CELLS, Near
from services.issues.reading.questions import Cover, Term
from services.issues.reading.queueing import Keys, read_cursor, walks
from services.issues.reading.row import IN_ORDER, INSIDE, READ, ROWS, WAITING, WORDS

LOOK = 1000
"""How many rows one page of a search looks at. A page may be short where common words rarely occur together."""

UNLED_LOOK = 5000
"""`LOOK` for a search whose words have no tokens, so that the newest rows are looked through."""

COUNTED = 1000
"""The most cases on a desk that are counted."""

NEAR_LOOK = 500
"""`LOOK` for near rows among those to which rare words lead, most of which are fetched in vain."""

_SAMPLE = 8
"""By which share of a look along cells its end is judged."""

_RARE, _MANY = 30, 4
"""Words are rare that fewer than one of so many cases have; so many looks make many rows."""

_FEW_OF_A_PAGE = 20
"""Where rare words lead to less than this share of a page, near cases are rare too, and are looked through."""

_LEADS = 8
_LEADING_TERMS = 3
_REMEMBERED = 600.0
"""The number of seconds for which a process remembers how common words are. Only the way to rows depends on it."""
_WAYS_REMEMBERED = 8192
_BEHIND_ALL = 2**63 - 1
_Find = Callable[[int, str, Document], Awaitable[int | None]]
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
        self._ends = Cache[tuple[int, str, str, str], tuple[float, int | None]](_WAYS_REMEMBERED)

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
        walk, near = {**bounds, **lead}, question.near
        if near is None or part.near is None:
            return await self._look(index, walk, question.verified(part), part, limit, cursor)
        if await self._end(index, walk) is None:
            if part.how not in learnt.few:
                learnt.few[part.how] = await self._all(walk, index, question.wherever(part), near)
            return _page_of([row for row in learnt.few[part.how] if near.has(row) == part.near], part, limit, cursor)
        if not part.near:
            return await self._look(index, walk, question.verified(part), part, limit, cursor)
        found = Found([], cursor)
        if near.index == CELLS and await self._are_rare(index, walk):
            found = await self._look(index, walk, question.near_at_first(part), part, limit, cursor, NEAR_LOOK)
            if found.next is None or len(found.rows) * _FEW_OF_A_PAGE >= limit:
                return found
        others = bounds | near.walk, question.wherever(part), part, limit - len(found.rows), found.next
        rest = await self._look(near.index, *others)
        return Found([*found.rows, *rest.rows], rest.next)

    async def _look(
        self,
        index: str,
        walk: Document,
        verified: Document,
        part: Part,
        limit: int,
        cursor: str | None,
        look: int | None = None,
    ) -> Found:
        """A page of the rows of `part` that `walk` along `index` leads to, from where the page before ended."""
        walk = _after(walk, cursor)
        end = await self._end(index, walk, look)
        here = walk if end is None else {**walk, "order": {**walk.get("order", {}), "$gte": end}}
        found = self.rows.find({**here, "$and": [verified]}, {"order": 1}).sort(_NEWEST).hint(index)
        rows = await found.limit(limit + 1).to_list(None)
        if len(rows) > limit:
            return Found(rows[:limit], _last_of(rows[:limit], part))
        return Found(rows, None if end is None else cursors.encode(end, part.mark))

    async def _all(self, walk: Document, index: str, verified: Document, near: Near) -> list[Document]:
        """All rows of a walk that leads to few, in one answer, with what tells whether they are near."""
        found = self.rows.find({**walk, "$and": [verified]}, {"order": 1, near.field: 1}).sort(_NEWEST).hint(index)
        return await found.batch_size(LOOK + 1).to_list(None)

    async def _end(self, index: str, walk: Document, look: int | None = None) -> int | None:
        """The order at which a look along `index` ends; None where the walk leads to fewer rows. Only the index is
        read. The end of a walk over all time is remembered: until it is forgotten, looks also hold what is newer."""
        look = look or (UNLED_LOOK if index == IN_ORDER else LOOK)
        if "order" in walk:
            return await self._order_at(look, index, walk)
        return await self._remembered(look, index, walk, self._expected_end if index == CELLS else self._order_at)

    async def _expected_end(self, look: int, index: str, walk: Document) -> int | None:
        """The order at which a look along cells is expected to end, as often as cases came there lately; None where
        all cases of the community are newer. To bring so many rows of several cells into one order would cost as much
        as the look itself."""
        some = max(look // _SAMPLE, 1)
        found = self.rows.find(walk, {"_id": 0, "order": 1}).sort(_NEWEST).hint(index)
        newest = [int(row["order"]) for row in await found.limit(some).batch_size(some).to_list(some)]
        if len(newest) < some:
            return None
        oldest = await self._remembered(1, IN_ORDER, {"community": walk["community"]}, self._oldest)
        end = newest[-1] - (newest[0] - newest[-1]) * (look - some) // max(some - 1, 1)
        return None if oldest is None or end < oldest else end

    async def _are_rare(self, index: str, walk: Document) -> bool:
        """Whether near rows are looked for among the rows to which words lead: there are many of these, so that near
        ones are among them, and yet they are so few of all rows that looking through near ones yields little. Of rows
        within a time that is not known."""
        if (
            index != WORDS
            or "order" in walk
            or await self._remembered(_MANY * LOOK, index, walk, self._order_at) is None
        ):
            return False
        everything = {"community": walk["community"]}
        newest = await self._remembered(_RARE * LOOK, IN_ORDER, everything, self._order_at)
        end = await self._end(index, walk)
        return newest is not None and end is not None and end < newest

    async def _remembered(self, number: int, index: str, walk: Document, find: _Find) -> int | None:
        """What `find` says of this walk, now or lately."""
        key = (number, index, str(walk), find.__name__)
        known = self._ends.get(key)
        if known is None or elapsed() - known[0] >= _REMEMBERED:
            known = (elapsed(), await find(number, index, walk))
            self._ends.put(key, known)
        return known[1]

    async def _oldest(self, number: int, index: str, walk: Document) -> int | None:
        """The order of the row at which a walk has led to `number` rows from the oldest on."""
        return await self._order_at(number, index, walk, ASCENDING)

    async def _order_at(self, number: int, index: str, walk: Document, way: int = DESCENDING) -> int | None:
        """The order of the row at which a walk from the newest row on has led to `number` rows; None where there are
        fewer."""
        rows = self.rows.find(walk, {"_id": 0, "order": 1}).sort("order", way).hint(index)
        found = await rows.skip(number - 1).limit(1).to_list(1)
        return int(found[0]["order"]) if found else None

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
