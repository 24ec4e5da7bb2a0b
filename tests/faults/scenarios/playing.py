"""Which scenarios there are, and how one is played."""

import asyncio
import time
from dataclasses import dataclass

from tests.faults.scenarios import majority
from tests.faults.scenarios.ground import Scenario
from tests.faults.scenarios.site import Site

SCENARIOS: dict[str, Scenario] = {
    "minority-primary": majority.minority_primary,
}
"""A scenario of another room is a line here."""

LONGEST = 240.0


@dataclass(frozen=True, slots=True)
class Played:
    """How one went: `wrong` is empty where everything held."""

    name: str
    seed: int
    seconds: float
    wrong: str


async def play(site: Site, name: str, seed: int) -> Played:
    """Play one under a seed; what it raises is what it found wrong."""
    began, wrong = time.monotonic(), ""
    try:
        await asyncio.wait_for(SCENARIOS[name](site, seed), LONGEST)
    except (AssertionError, TimeoutError) as error:
        wrong = str(error) or f"it was not done after {time.monotonic() - began:.0f} s"
    return Played(name, seed, time.monotonic() - began, wrong)
