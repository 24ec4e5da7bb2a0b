"""Which scenarios there are, and how one is played."""

import asyncio
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from tests.faults.scenarios import late_state, majority, outages, seats, service_day, stalls, strangers
from tests.faults.scenarios.ground import Scenario
from tests.faults.scenarios.site import Site
from tests.waiting import patiently

SCENARIOS: dict[str, Scenario] = {
    "minority-primary": majority.minority_primary,
    "late-state-after-a-cut": late_state.after_a_cut,
    "late-state-after-a-freeze": late_state.after_a_freeze,
    "consumers-return": stalls.consumers_return,
    "readiness-in-a-stall": stalls.readiness_in_a_stall,
    "seats-of-a-take": seats.of_a_take,
    "service-day-under-kills": service_day.under_kills,
    "unreadable-records": strangers.unreadable_records,
    "outage-in-few-lines": outages.in_few_lines,
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
        await asyncio.wait_for(SCENARIOS[name](site, seed), patiently(LONGEST))
    except Exception as error:
        told = traceback.extract_tb(error.__traceback__)
        ours = [f"{Path(step.filename).name}:{step.lineno}" for step in told if "scenarios" in step.filename]
        wrong = f"{_said(error)} after {time.monotonic() - began:.0f} s ({' '.join(ours)})"
    return Played(name, seed, time.monotonic() - began, wrong)


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, AssertionError) else f"{type(error).__name__} {error}".strip()
