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
from services.issues.reading.nearness import Near
from services.issues.reading.questions import Cover, Term, Way
from services.issues.reading.row import IN_ORDER, INSIDE, ROWS, WAITING, WORDS, order_of

LOOKS = (150, 850)
"""How many rows one page of a search looks at, first and then: where common words rarely meet, a page may be short."""

UNLED_LOOKS = (LOOKS[0], 4850)
"""The same where no token leads to what is asked for, and the newest rows are looked through."""

_COUNTED = 1000
_LEADS = 8
_LEADING_TERMS = 3
_FAR, _NEAR, _BEYOND = "~", "=", "!"
"""Stand in the cursor of a page: it ended among what is found in another way than it was typed; what is near; what
is not."""
_BEHIND_ALL = 2**63 - 1
Keys = Sequence[tuple[str, int]]
Leads = dict[bool, tuple[int, Document]]
"""The words that lead to what is found as typed, and (True) in another way, with how many rows they leave."""
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


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what is found: as it was typed or in another way (`far`); near, or (False) not, or (None) wherever.
    `mark` stands in the cursors of its pages."""

    far: bool
    near: bool | None
    mark: str


_WHEREVER = (Part(far=False, near=None, mark=""), Part(far=True, near=None, mark=_FAR))
_NEAR_FIRST = tuple(
    Part(far=far, near=near, mark=(_FAR if far else "") + (_NEAR if near else _BEYOND))
    for far in (False, True)
    for near in (True, False)
)


@dataclass(frozen=True, slots=True)
class CaseSearch:
    """What somebody searches for. `near`: what lies there comes first."""

    community: str
    terms: Sequence[Term]
    reach: Reach
    filters: Filters = Filters()
    near: Near | None = None

    def parts(self) -> Sequence[Part]:
        """The parts of what is found, in order."""
        every = _WHEREVER if self.near is None else _NEAR_FIRST
        return every if any(term.far for term in self.terms) else [part for part in every if not part.far]

    def verified(self, part: Part) -> Document:
        """The condition that a row of this part fulfils, whatever has led to it."""
        found = matching(self.terms, self.reach, self.filters, far=part.far)
        if self.near is None or part.near is None:
            return found
        return {"$and": [found, self.near.condition if part.near else {"$nor": [self.near.condition]}]}


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

    async def search(self, question: CaseSearch, limit: int, cursor: str | None) -> Found:
        """The rows in which every term is found: first those that hold all as it was typed, then those with what else
        they may mean; within both what is near, if anything is, and the newest first. A page may be short or empty and
        yet have a `next`."""
        parts, leads, rows = question.parts(), Leads(), list[Document]()
        if cursor is not None:
            mark = _read(cursor, int)[1]
            begin = next((n for n, part in enumerate(parts) if part.mark == mark), 0)
            parts = parts[begin:]
        for part in parts:
            if len(rows) == limit:
                return Found(rows, cursors.encode(_BEHIND_ALL, part.mark))
            found = await self._walk(question, part, leads, limit - len(rows), cursor)
            rows += found.rows
            if found.next is not None:
                return Found(rows, found.next)
            cursor = None
        return Found(rows)

    async def _walk(self, question: CaseSearch, part: Part, leads: Leads, limit: int, cursor: str | None) -> Found:
        """The rows of one part of what is found."""
        index, lead = await self._way_to(question, part, leads)
        walk = _after({"community": question.community, **lead, **_ordered(question.filters)}, cursor)
        verified, rows = question.verified(part), list[Document]()
        for look in LOOKS if index != IN_ORDER else UNLED_LOOKS:
            seen, end = await self._seen(walk, index, look)
            if not seen:
                return Found(rows)
            here = walk if end is None else {**walk, "order": {**walk.get("order", {}), "$gte": end}}
            found = self.rows.find({**here, "$and": [verified]}, {"order": 1}).sort(_NEWEST).hint(index)
            rows += await found.limit(limit + 1 - len(rows)).to_list(None)
            if len(rows) > limit:
                last = rows[limit - 1]
                return Found(rows[:limit], cursors.encode(last["order"], part.mark or last["_id"]))
            if end is None:
                return Found(rows)
            walk = {**walk, "order": {**walk.get("order", {}), "$lt": end}}
        return Found(rows, cursors.encode(walk["order"]["$lt"], part.mark))

    async def _seen(self, walk: Mapping[str, Any], index: str, look: int) -> tuple[bool, int | None]:
        """Whether a walk has any row, and where `look` rows of it end; None where there are not more. Read from the
        index alone: of a first look all of it, for often there is nothing, and that is known then."""
        ends = self.rows.find(walk, {"_id": 0, "order": 1}).sort(_NEWEST).hint(index)
        if look == LOOKS[0]:
            orders = await ends.limit(look).to_list(look)
            return bool(orders), int(orders[-1]["order"]) if len(orders) == look else None
        found = await ends.skip(look - 1).limit(1).to_list(1)
        return True, int(found[0]["order"]) if found else None

    async def _way_to(self, question: CaseSearch, part: Part, leads: Leads) -> tuple[str, Document]:
        """The index to walk, and the condition that it is walked by: by the rarest words, or by what is near where the
        words are common."""
        if part.far not in leads:
            leads[part.far] = await self._lead(question.community, question.terms, question.reach, far=part.far)
        count, lead = leads[part.far]
        if part.near and question.near is not None:
            if count >= _COUNTED:
                named = {"community": question.community, **({"words": lead} if lead else {})}
                count = await self.rows.count_documents(named, limit=_COUNTED)
            if count >= _COUNTED:
                return question.near.index, question.near.walk
        return (WORDS, {"words": lead}) if lead else (IN_ORDER, {})

    async def _lead(self, community: str, terms: Sequence[Term], reach: Reach, *, far: bool) -> tuple[int, Document]:
        """The condition on the words that leaves the fewest rows to look at: the rarest tokens of a term. It is empty
        where each term may be meant in a way that has no tokens."""
        if not far:
            covers = sorted({cover for term in terms for cover in term.near.covers}, key=_telling)[:_LEADS]
            return min(await self._counted(community, covers, reach), key=_count)
        leads: list[tuple[int, Document]] = []
        leading = [term for term in terms if all(way.covers for way in term.ways)]
        for term in sorted(leading, key=lambda term: len(term.ways))[:_LEADING_TERMS]:
            rarest = await asyncio.gather(
                *(self._counted(community, sorted(way.covers, key=_telling)[:_LEADS], reach) for way in term.ways)
            )
            few = [min(counted, key=_count) for counted in rarest]
            tokens = sorted({token for count, condition in few if count for token in condition["$in"]})
            leads.append((sum(map(_count, few)), {"$in": tokens}))
        return min(leads, key=_count) if leads else (_COUNTED, {})

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
