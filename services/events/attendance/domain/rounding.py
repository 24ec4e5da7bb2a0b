"""Figures that tell nobody apart: the heads of each activity are rounded to multiples of five before they are added.

Whatever is added up of rounded numbers, for any split and any days, tells no more than they do, so no comparison of
answers leads behind them. They are rounded at random, up or down by what is left over, and so are right on average.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise

from services.events.attendance.domain.ages import AgeBand, Heads

BASE = 5
"""Shown heads of one activity are multiples of it, and leave so many numbers possible at least."""


class Whole(StrEnum):
    """What is divided into the parts that are rounded: each has a chance of its own."""

    SEATS = "seats"
    WAITING = "waiting"
    BEYOND = "beyond"
    """Heads that came without a seat."""


Chance = Callable[[Whole], int]
"""Gives a number from 0 to 4 for a whole of one activity: always the same, and known to nobody."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """The heads of one activity, or of several, in one band of ages or in all, as they are shown."""

    came: int = 0
    missed: int = 0
    waiting: int = 0
    beyond: int = 0

    def __add__(self, other: "Rounded") -> "Rounded":
        return Rounded(
            self.came + other.came,
            self.missed + other.missed,
            self.waiting + other.waiting,
            self.beyond + other.beyond,
        )


def rounded(heads: Heads, chance: Chance) -> Mapping[AgeBand, Rounded]:
    """The heads of one activity by band of ages, rounded.

    Those who came and those who did not divide one whole, so that all who had a seat are rounded once, however many
    bands they are of.
    """
    seats = in_steps([*_by_band(heads.came), *_by_band(heads.missed)], chance(Whole.SEATS))
    waiting = in_steps(_by_band(heads.waiting), chance(Whole.WAITING))
    (beyond,) = in_steps([heads.beyond], chance(Whole.BEYOND))
    return {
        band: Rounded(came, missed, waits, beyond if band is AgeBand.NOT_KNOWN else 0)
        for band, came, missed, waits in zip(
            AgeBand, seats[: len(AgeBand)], seats[len(AgeBand) :], waiting, strict=True
        )
    }


def in_steps(parts: Sequence[int], chance: int) -> list[int]:
    """`parts` of one whole as multiples of five, none of which is off by more than four, nor is their sum.

    The sums from the first part on are rounded, all moved by the same `chance` (0 to 4): over its five values each part
    comes to five times what it is.
    """
    sums = [(total + chance) // BASE * BASE for total in accumulate(parts, initial=0)]
    return [after - before for before, after in pairwise(sums)]


def _by_band(counts: Mapping[AgeBand, int]) -> list[int]:
    return [counts.get(band, 0) for band in AgeBand]
