"""The bands of cost by which the best plan is chosen: what stands higher is never given up for what stands lower.

The whole cost of a plan is one integer. Where the numbers have room for it, one step of a band outweighs all that every
band below it can cost in the whole plan, so that plans are compared band by band like words by their letters. Where
they have not, the lowest bands outweigh each other seat by seat alone; filling seats never does with less.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

MOST_COST = 2**61
"""The solver multiplies costs by the number of nodes. The product must stay below this, or it would overflow."""


class BandsOverflow(ValueError):
    """The bands have no room in the solver's integers: there are too many steps, or too many seats."""


@dataclass(frozen=True, slots=True)
class Bands:
    """The bands from the highest to the lowest, each with the most steps that one seat can cost in it.

    - `fill`: an empty seat of an urgent need costs more steps.
    - `first`: a second helper, where others have none.
    - `category`, `building`: a seat in a category, or in a building of it, that is fuller than others.
    - `again`: somebody whom the elder does not know, who wishes for the same people again.
    - `keep`: somebody whom the elder does not know.
    - `load`: somebody who is busy already.
    - `near`: somebody from another building.
    - `like`: somebody none of whose preferred partners has a seat there.
    - `lot`: decides among equals, drawn from the ids, so that the order of a list favours nobody.
    """

    fill: int = 3
    first: int = 1
    category: int = 9
    building: int = 9
    again: int = 1
    keep: int = 1
    load: int = 9
    near: int = 1
    like: int = 1
    lot: int = 9

    def names(self) -> tuple[str, ...]:
        """The bands, the highest first."""
        return tuple(self.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Weights:
    """The cost of one step of each band in a network. `whole`: the bands that outweigh all below in the whole plan."""

    of: Mapping[str, int]
    whole: frozenset[str] = field(default_factory=frozenset)

    def __getitem__(self, band: str) -> int:
        return self.of[band]

    def in_steps(self, cost: int) -> dict[str, int]:
        """`cost` as steps of the bands, from the highest that it reaches to the lowest; a saving is negative."""
        steps: dict[str, int] = {}
        for band in self.of:
            steps[band] = (2 * cost + self.of[band]) // (2 * self.of[band])
            cost -= steps[band] * self.of[band]
        return steps


def weights(bands: Bands, seats: int, nodes: int) -> Weights:
    """The weights for a network of so many open seats and nodes.

    Raises:
        BandsOverflow: even with the least weights the solver's integers would overflow.
    """
    names = bands.names()
    for lowest in range(len(names)):
        whole = frozenset(names[: len(names) - lowest])
        of = _weights(bands, seats, whole)
        if (of["fill"] * (bands.fill + 1)) * (nodes + 1) < MOST_COST:
            return Weights(MappingProxyType(of), whole)
    raise BandsOverflow(f"{seats} seats and {nodes} nodes leave no room for {bands}")


def _weights(bands: Bands, seats: int, whole: frozenset[str]) -> dict[str, int]:
    of: dict[str, int] = {}
    below = 0
    for name in reversed(bands.names()):
        of[name] = 1 + below * (max(1, seats) if name in whole else 1)
        below += of[name] * getattr(bands, name)
    return {name: of[name] for name in bands.names()}
