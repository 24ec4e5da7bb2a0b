"""Sizes rings, the people who are asked at once: so many that enough of them probably accept, by what was learnt of
acceptance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.offers import SERVING, OfferStatus

SURE = 0.9
"""With this probability at least, a ring brings a yes for every seat that is empty."""
MOST = 30
"""So many people are in one ring at most."""

_PRIOR_YES, _PRIOR_ASKS = 1.2, 4.0
"""What is taken of somebody, and of a community, of whom nothing is known: three of ten say yes."""

_YES = frozenset(map(str, SERVING | {OfferStatus.WITHDRAWN, OfferStatus.NO_SHOW}))
_NO = frozenset(map(str, (OfferStatus.DECLINED, OfferStatus.EXPIRED)))
_NO_TO_RING = frozenset(map(str, (InvitationStatus.DECLINED, InvitationStatus.EXPIRED)))


@dataclass(frozen=True, slots=True)
class Tally:
    """How often people were asked, and how often they accepted."""

    yes: int = 0
    asks: int = 0

    def chance(self, base: float) -> float:
        """The probability of a yes, where `base` is that of people of whom nothing is known."""
        return (self.yes + base * _PRIOR_ASKS) / (self.asks + _PRIOR_ASKS)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The acceptance that was learnt of the people of a community."""

    of: Mapping[str, Tally]

    def chances(self, people: Iterable[str]) -> list[float]:
        """The probability that each says yes."""
        yes, asks = sum(tally.yes for tally in self.of.values()), sum(tally.asks for tally in self.of.values())
        base = (yes + _PRIOR_YES) / (asks + _PRIOR_ASKS)
        return [self.of.get(person, Tally()).chance(base) for person in people]


def learned(needs: Iterable[Mapping[str, Any]]) -> Acceptance:
    """What the offers and invitations of `needs`, as the store has them, tell of those who were asked.

    Thanks are no answer: others were quicker. An invitation that was accepted has an offer of its own, which counts.
    """
    yes: dict[str, int] = {}
    asks: dict[str, int] = {}
    for need in needs:
        answers = [
            *((o["person"], str(o["status"]) in _YES) for o in need.get("offers", ()) if _answered(o)),
            *((i["person"], False) for i in need.get("invited", ()) if str(i["status"]) in _NO_TO_RING),
        ]
        for person, said_yes in answers:
            asks[person] = asks.get(person, 0) + 1
            yes[person] = yes.get(person, 0) + said_yes
    return Acceptance({person: Tally(yes[person], count) for person, count in asks.items()})


def ring_size(chances: Sequence[float], seats: int, sure: float = SURE, most: int = MOST) -> int:
    """How many of the first people make it `sure` that `seats` of them say yes; all, up to `most`, if none are enough.

    `short` has the probabilities that so far 0, 1, … and fewer than `seats` have said yes.
    """
    short = [1.0] + [0.0] * (seats - 1)
    for size, chance in enumerate(chances[:most], start=1):
        short = [
            probability * (1 - chance) + (short[said - 1] * chance if said else 0.0)
            for said, probability in enumerate(short)
        ]
        if 1 - sum(short) >= sure:
            return size
    return min(len(chances), most)


def _answered(offer: Mapping[str, Any]) -> bool:
    return str(offer["status"]) in _YES | _NO
