"""The choice of who is asked for which need, over the whole horizon: exact minimum-cost flows, and what they cost.

The hard filters decide which pairs there are (`arcs`), and are never traded for anything. Among the ways to fill seats
the flow (`network`) takes the cheapest by `bands`. A round is one exact flow. What a flow can't say exactly is left to
further rounds, until one brings nothing: a second service in a stretch of time that hangs together, the last minutes
under a cap, people who don't serve together. Everybody who is chosen in a round stays chosen. The choice is pure and
deterministic: the same input, in whatever order, gives the same plan (for one version of OR-Tools).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy

from services.contracts.volunteers import SeatRole
from services.volunteers.matching.arcs import Judge, Pairs
from services.volunteers.matching.bands import Bands
from services.volunteers.matching.columns import Book, Flags, Ints, People, Ragged, Wanted, millis
from services.volunteers.matching.friends import with_friends
from services.volunteers.matching.network import Network, build
from services.volunteers.matching.reading import States, need_of, people_of, wanted_of
from services.volunteers.needs.domain.eligibility import Filter, first_failure
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.bookings import REMEMBERED
from services.volunteers.people.domain.volunteer import Volunteer

Familiar = Mapping[str, frozenset[str]]
"""The people who have served the same elder before, by need."""

BANDS = Bands()
"""The bands by which plans are chosen, unless a deployment says otherwise."""

_WHILE_ASKED = 2**52
"""A time after all others, in milliseconds: people who are chosen in a round are held for it while the next is made."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A volunteer who is to be asked for a need, both by id. `due`: now, not later. `steps`: what it costs, by band.

    `role`: the part in the need that they are to have.
    """

    need: str
    volunteer: str
    person: str
    due: bool
    steps: Mapping[str, int]
    role: SeatRole = SeatRole.HELPER


class Planning:
    """The making of one plan, from `needs` and `volunteers` as the store has them."""

    def __init__(
        self, needs: States, volunteers: States, now: datetime, familiar: Familiar | None = None, bands: Bands = BANDS
    ) -> None:
        self._book = Book.new()
        self._now = millis(now)
        self._bands = bands
        self.wanted: Wanted = wanted_of(needs, self._book, now)
        self.people: People = people_of(volunteers, self._book, now)
        self._familiar = familiar or {}
        self._rows_of: dict[str, list[int]] = {}
        for row, need in enumerate(self.wanted.needs):
            self._rows_of.setdefault(need, []).append(row)
        self._judge = Judge(self.wanted, self.people, self._book, self._now)

    def pairs(self) -> Pairs:
        """The pairs that all hard filters let through."""
        return self._judge.pairs()

    def network(self, pairs: Pairs) -> Network:
        """The flow of a round over `pairs`."""
        return build(self.wanted, self.people, pairs, self.load(), self._known(pairs), self._bands)

    def rounds(self) -> Iterator[tuple[Network, Pairs, Flags]]:
        """The rounds: the network of each, what was chosen, and which of the network's pairs that are."""
        pairs = self.pairs()
        while len(pairs):
            network, chosen = with_friends(self.network(pairs), self.wanted, self.people)
            chosen = self._together(pairs, self._patient(pairs, chosen))
            if not chosen.any():
                return
            yield network, pairs.where(chosen), chosen
            self._carry_out(pairs.where(chosen))
            pairs = self._judge.still(pairs.where(~chosen))

    def proposals(self) -> list[Proposal]:
        """Everybody who is to be asked, in the order of the needs' starts."""
        found: list[tuple[int, str, Proposal]] = []
        for network, pairs, chosen in self.rounds():
            steps = {band: values[chosen] for band, values in network.steps.items()}
            for i, (n, v) in enumerate(zip(pairs.need.tolist(), pairs.volunteer.tolist(), strict=True)):
                (need, role), due = need_of(self.wanted.ids[n]), bool(self.wanted.due[n])
                parts = {band: int(values[i]) for band, values in steps.items()}
                made = Proposal(need, self.people.ids[v], self.people.person[v], due, parts, role)
                found.append((int(self.wanted.starts[n]), f"{need} {made.volunteer}", made))
        return [made for _, _, made in sorted(found, key=lambda each: each[:2])]

    def _known(self, pairs: Pairs) -> Flags:
        """The pairs in which the volunteer has served the same elder before, or had a seat before the need moved."""
        row = {person: i for i, person in enumerate(self.people.person)}
        size = len(self.people.ids)
        found = [
            n * size + row[who]
            for n, people in [
                *((n, self._familiar[id]) for n, id in enumerate(self.wanted.needs) if id in self._familiar),
                *self.wanted.released.items(),
            ]
            for who in people
            if who in row
        ]
        if not found:
            return numpy.zeros(len(pairs), dtype=bool)
        return numpy.isin(pairs.need * size + pairs.volunteer, numpy.array(found, dtype=numpy.int64))

    def load(self) -> Ints:
        """The load of each volunteer from services lately and ahead: a step for each hour, up to the last step."""
        owner, booked = self.people.bookings.spread(numpy.arange(len(self.people.ids)))
        lately = booked[:, 2] > self._now - millis_of(REMEMBERED)
        total = numpy.bincount(owner, numpy.where(lately, booked[:, 2] - booked[:, 1], 0), len(self.people.ids))
        return numpy.minimum(self._bands.load, total.astype(numpy.int64) // 3_600_000)

    def _patient(self, pairs: Pairs, chosen: Flags) -> Flags:
        """The pairs to be asked now, of which each volunteer keeps the earliest, as many as they may be asked at
        once."""
        asked = numpy.nonzero(chosen & self.wanted.due[pairs.need])[0]
        order = asked[numpy.lexsort((pairs.need[asked], self.wanted.starts[pairs.need[asked]], pairs.volunteer[asked]))]
        who = pairs.volunteer[order]
        rank = numpy.arange(len(order)) - numpy.searchsorted(who, who)
        kept = chosen.copy()
        kept[order[rank >= self.people.asks_left[who]]] = False
        return kept

    def _together(self, pairs: Pairs, chosen: Flags) -> Flags:
        """The chosen pairs without the second of two people who don't serve together."""
        if not self.people.avoids:
            return chosen
        kept = chosen.copy()
        company: dict[str, set[str]] = {}
        for at in numpy.nonzero(chosen)[0].tolist():
            n, v = int(pairs.need[at]), int(pairs.volunteer[at])
            others = company.setdefault(self.wanted.needs[n], set())
            person = self.people.person[v]
            avoided_by = any(person in self.people.avoids.get(self._row(other), ()) for other in others)
            if avoided_by or self.people.avoids.get(v, frozenset()) & others:
                kept[at] = False
            else:
                others.add(person)
        return kept

    def _row(self, person: str) -> int:
        return self.people.person.index(person)

    def _carry_out(self, chosen: Pairs) -> None:
        """Treat `chosen` as asked, so that the next round sees the seats and times that are left."""
        w, p = self.wanted, self.people
        n, v = chosen.need, chosen.volunteer
        w.open = w.open - numpy.bincount(n, minlength=len(w)).astype(numpy.int64)
        w.helped[n] = True
        numpy.subtract.at(p.asks_left, v, w.due[n].astype(numpy.int64))
        if p.avoids or p.prefers:
            for need, volunteer in zip(n.tolist(), v.tolist(), strict=True):
                for row in self._rows_of[w.needs[need]]:
                    w.live[row] = w.live.get(row, frozenset()) | {p.person[volunteer]}
        numbers = numpy.array([self._book.needs[w.needs[need]] for need in n.tolist()], dtype=numpy.int64)
        until = numpy.full(len(n), _WHILE_ASKED, dtype=numpy.int64)
        p.bookings = _added(p.bookings, v, numpy.stack((numbers, w.starts[n], w.ends[n], w.building[n], until), axis=1))


def millis_of(length: Any) -> int:
    """A length of time in milliseconds."""
    return int(length.total_seconds() * 1000)


def _added(rows: Ragged, row: Ints, values: Ints) -> Ragged:
    """`rows` with each of `values` added to its `row`."""
    size = len(rows.at) - 1
    owner = numpy.concatenate((numpy.repeat(numpy.arange(size), numpy.diff(rows.at)), row))
    order = numpy.argsort(owner, kind="stable")
    at = numpy.concatenate(([0], numpy.cumsum(numpy.bincount(owner, minlength=size))))
    return Ragged(at.astype(numpy.int64), numpy.concatenate((rows.values, values))[order])


@dataclass(frozen=True, slots=True)
class Assignment:
    """A volunteer who is to be asked for a need. `cost`: the steps of its cost, by band."""

    need: Need
    volunteer: Volunteer
    cost: Mapping[str, int]


@dataclass(frozen=True)
class Matched:
    """The pairs that matching chose. A plan can tell why a pair is not among them."""

    assignments: tuple[Assignment, ...]
    needs: Mapping[str, Need]
    volunteers: Mapping[str, Volunteer]
    now: datetime

    def why_not(self, need: str, volunteer: str) -> Filter | None:
        """The first filter that kept this volunteer from this need, or None where only others were better placed."""
        return first_failure(self.needs[need], self.volunteers[volunteer], self.now)


def states_of(aggregates: Iterable[Need | Volunteer]) -> States:
    """Aggregates as the store has them."""
    return {aggregate.id: aggregate.model_dump(exclude={"id"}) for aggregate in aggregates}


def match(
    needs: Iterable[Need], volunteers: Iterable[Volunteer], now: datetime, familiar: Familiar | None = None
) -> Matched:
    """The plan for aggregates that are at hand. Needs that can't be planned any more are passed over."""
    by_need = {need.id: need for need in needs}
    by_volunteer = {volunteer.id: volunteer for volunteer in volunteers}
    planned = {id: need for id, need in by_need.items() if not need.is_final}
    planning = Planning(states_of(planned.values()), states_of(by_volunteer.values()), now, familiar)
    assignments = [Assignment(by_need[p.need], by_volunteer[p.volunteer], p.steps) for p in planning.proposals()]
    return Matched(tuple(assignments), by_need, by_volunteer, now)
