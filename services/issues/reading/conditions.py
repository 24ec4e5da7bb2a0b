"""The conditions of a search: words, filters and reach decide which rows somebody finds, and in which parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.chassis.principal import Principal, Role
from services.chassis.store.mongo import Document
from services.contracts.issues import CasePhase, CaseStatus, Channel, Priority
from services.issues.reading.nearness import Near
from services.issues.reading.questions import Term, Way
from services.issues.reading.row import LETTERS, order_of

_NEAR, _BEYOND = "=", "!"
"""The signs in a page's cursor that tell whether it ended among near rows or among rows that are not near."""


class How(StrEnum):
    """How what is found was meant: as it was typed; as something else that words lead to (a synonym, a sound); or as a
    guess, to which no word leads (first letters). The value stands in the cursor of a page that ended there."""

    TYPED = ""
    MEANT = "~"
    GUESSED = "?"


@dataclass(frozen=True, slots=True)
class Filters:
    """Further conditions on rows. None stands for no condition.

    `since` and `until` bound the time of the report, `due_before` that of the next deadline; `level` is the lowest
    level that a late case has reached, `assignee` the person of the unit who has the case.
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
        """The conditions as a query of MongoDB."""
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
class Reach:
    """The words that somebody may search by. `inside`: all words of all cases; `units`: all words of cases of these
    units."""

    inside: bool
    units: Sequence[str] = field(default=())

    @classmethod
    def of(cls, by: Principal, community: str) -> "Reach":
        """The reach of `by` in `community`."""
        inside = by.has(community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
        return cls(inside, () if inside or not by.has(community, Role.HANDLER) else sorted(by.units_in(community)))

    def public(self) -> Document:
        """The condition on rows that may be seen at all."""
        if self.inside:
            return {}
        return {"$or": [{"public": True}, {"unit": {"$in": list(self.units)}}]} if self.units else {"public": True}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the results: rows found in the way `how`, which are near, or (False) not near, or (None) anywhere.
    `mark` stands in the cursors of its pages."""

    how: How
    near: bool | None
    mark: str


_WHEREVER = tuple(Part(how, None, how.value) for how in How)
_NEAR_FIRST = tuple(Part(how, near, how.value + (_NEAR if near else _BEYOND)) for how in How for near in (True, False))


@dataclass(frozen=True, slots=True)
class CaseSearch:
    """A search: its terms, conditions and reach. Rows that are `near` come first."""

    community: str
    terms: Sequence[Term]
    reach: Reach
    filters: Filters = Filters()
    near: Near | None = None

    def parts(self) -> Sequence[Part]:
        """The parts of the results, in order."""
        every = _WHEREVER if self.near is None else _NEAR_FIRST
        meant, guessed = any(len(term.led) > 1 for term in self.terms), any(term.guessed for term in self.terms)
        there = {How.TYPED: True, How.MEANT: meant, How.GUESSED: guessed}
        return [part for part in every if there[part.how]]

    def verified(self, part: Part) -> Document:
        """The condition that every row of `part` fulfils, by whichever index it was found."""
        found = self.wherever(part)
        if self.near is None or part.near is None:
            return found
        return {"$and": [found, self.near.condition if part.near else {"$nor": [self.near.condition]}]}

    def near_at_first(self, part: Part) -> Document:
        """`verified` of a near part, in such a form that the store looks at a row's cell before it reads its texts: it
        takes alternatives first and the negated last. No row lies below the least cell."""
        if self.near is None:
            raise ValueError("this search has no near rows")
        somewhere = {"$or": [self.near.condition, {self.near.field: {"$lt": -1}}]}
        return {"$and": [somewhere, {"$nor": [{"$nor": [self.wherever(part)]}]}]}

    def wherever(self, part: Part) -> Document:
        """The condition that every row of `part` fulfils beside being near or not."""
        return matching(self.terms, self.reach, self.filters, part.how)


def matching(terms: Sequence[Term], reach: Reach, filters: Filters, how: How = How.TYPED) -> Document:
    """The condition that verifies a row which a token has led to: it has all terms in the way `how`, and not all in a
    way that comes before it."""
    if reach.inside:
        seen = _found(terms, how, inside=True)
    elif reach.units:
        theirs = {"unit": {"$in": list(reach.units)}}
        public = {"public": True, **_found(terms, how, inside=False)}
        seen = {"$or": [public, {**theirs, **_found(terms, how, inside=True)}]}
    else:
        seen = {"public": True, **_found(terms, how, inside=False)}
    return {**{name: value for name, value in filters.query().items() if name != "order"}, **seen}


def _found(terms: Sequence[Term], how: How, *, inside: bool) -> Document:
    """The condition that a row has all `terms`, in its public words or, with `inside`, in all its words."""

    def all_of(ways: Iterable[Sequence[Way]]) -> Document:
        return {"$and": [{"$or": [_holds(way, inside=inside) for way in each]} for each in ways]}

    def ways_of(every: Sequence[Way], before: Sequence[Way]) -> Sequence[Way]:
        """Of a term that stands alone, ways that come `before` need not be looked for only to be left out."""
        return [way for way in every if len(terms) > 1 or way not in before] or every

    typed = {"$and": [_holds(term.near, inside=inside) for term in terms]}
    if how is How.TYPED:
        return typed
    if how is How.MEANT:
        return {**all_of(ways_of(term.led, (term.near,)) for term in terms), "$nor": [typed]}
    meant = all_of(term.led for term in terms)
    return {**all_of(ways_of(term.ways, term.led) for term in terms), "$nor": [meant]}


def _holds(way: Way, *, inside: bool) -> Document:
    texts = LETTERS if way.by_letters else ("text", "inside")
    each = [[{text: {"$regex": pattern}} for text in (texts if inside else texts[:1])] for pattern in way.patterns]
    return {"$and": [some[0] if len(some) == 1 else {"$or": some} for some in each]}
