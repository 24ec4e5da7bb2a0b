"""Which scenarios there are, and how one is played."""

import asyncio
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from tests.faults.scenarios import late_state, majority
from tests.faults.scenarios.ground import Scenario
from tests.faults.scenarios.site import Site

SCENARIOS: dict[str, Scenario] = {
    "minority-primary": majority.minority_primary,
    "late-state-after-a-cut": late_state.after_a_cut,
    "late-state-after-a-freeze": late_state.after_a_freeze,
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


_TOO_LONG = "it was not done after {:.0f} s"


async def play(site: Site, name: str, seed: int) -> Played:
    """Play one under a seed; what it raises is what it found wrong."""
    began, wrong = time.monotonic(), ""
    try:
        await asyncio.wait_for(SCENARIOS[name](site, seed), LONGEST)
    except (AssertionError, TimeoutError) as error:
        told = traceback.extract_tb(error.__traceback__)
        ours = [f"{Path(step.filename).name}:{step.lineno}" for step in told if "scenarios" in step.filename]
        wrong = f"{str(error) or _TOO_LONG.format(time.monotonic() - began)} ({' '.join(ours)})"
    return Played(name, seed, time.monotonic() - began, wrong)
