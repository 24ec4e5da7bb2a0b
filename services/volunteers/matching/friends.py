"""Whom somebody likes to serve with: of the plans that are as good above this band, one that brings friends together.

Whom a flow seats beside whom it can't know before. So it is made once more as if some of those who were seated stay
where they are and their friends follow them, and the second is taken where it is cheaper by what then is so.
"""

import numpy

from services.volunteers.matching.arcs import Pairs
from services.volunteers.matching.columns import Flags, People, Wanted
from services.volunteers.matching.network import Network


def with_friends(network: Network, wanted: Wanted, people: People) -> tuple[Network, Flags]:
    """The network as its solution makes it, and whether each pair comes about."""
    chosen, cost = network.solved()
    if not people.prefers:
        return network, chosen
    pairs = network.pairs
    beside = _beside(pairs, chosen, wanted, people, people.prefers)
    hints = _hints(pairs, chosen, wanted, people)
    step = network.weights["like"] * network.steps["like"]
    if hints.any():
        again, hoped_for = network.liking(hints).solved()
        found = _beside(pairs, again, wanted, people, people.prefers)
        before = cost - int(step[beside & chosen].sum())
        after = hoped_for + int(step[hints & again].sum()) - int(step[found & again].sum())
        if after < before:
            return network.liking(found), again
    return network.liking(beside), chosen


def _hints(pairs: Pairs, chosen: Flags, wanted: Wanted, people: People) -> Flags:
    """The pairs by which somebody follows a friend, and those of the friends, who stay.

    Of two who like each other the second one follows, or they would only change places.
    """
    row = {person: v for v, person in enumerate(people.person)}
    follows: dict[int, frozenset[str]] = {}
    for v, liked in people.prefers.items():
        follows[v] = frozenset(
            who
            for who in liked
            if who in row and (row[who] < v or people.person[v] not in people.prefers.get(row[who], ()))
        )
    hints = _beside(pairs, chosen, wanted, people, follows)
    stay = {row[who] for v in set(pairs.volunteer[hints].tolist()) for who in follows[v]}
    kept: Flags = hints | (chosen & numpy.isin(pairs.volunteer, numpy.array(sorted(stay), dtype=numpy.int64)))
    return kept


def _beside(pairs: Pairs, chosen: Flags, wanted: Wanted, people: People, liked: dict[int, frozenset[str]]) -> Flags:
    """The pairs whose volunteer has one of those whom they like (`liked`) among the chosen of the same need."""
    there: dict[str, set[str]] = {}
    for at in numpy.nonzero(chosen)[0].tolist():
        seated = there.setdefault(wanted.needs[int(pairs.need[at])], set())
        seated.add(people.person[int(pairs.volunteer[at])])
    found = numpy.zeros(len(pairs), dtype=bool)
    for at in numpy.nonzero(numpy.isin(pairs.volunteer, numpy.array(sorted(liked), dtype=numpy.int64)))[0].tolist():
        company = there.get(wanted.needs[int(pairs.need[at])], set())
        found[at] = not company.isdisjoint(liked[int(pairs.volunteer[at])])
    return found
