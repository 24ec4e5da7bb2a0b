"""Acts on how far reading is behind: slows commands of people down, and tells readiness and the metrics page.

Up to a share of the bound nothing is slowed down: reading catches up by itself, because its sweeps rest less the later
it is. Beyond that share the pressure on commands rises, and at the bound they are carried out one at a time.
"""

import asyncio
import logging

from services.chassis.http.probes import Fact
from services.chassis.store.mongo import PyMongoError
from services.chassis.store.throttle import Throttle
from services.chassis.telemetry import figures
from services.chassis.telemetry.metrics import Metrics
from services.issues.reading.behind import Measure

log = logging.getLogger(__name__)

RESTING = 0.3
"""The share of the bound up to which a change may wait because the sweeps rest."""

_BEGINS = 0.5
"""The share of the bound from which on commands are slowed down."""

_EVERY = 0.5


class Pressure:
    """The pressure that reading puts on commands. `bound` is the number of seconds that reading may be behind."""

    def __init__(self, measure: Measure, bound: float) -> None:
        self.measure = measure
        self.bound = bound

    def __call__(self) -> float:
        """The pressure, from 0 (commands are not slowed down) to 1 (the bound is reached)."""
        share = self.measure.last.seconds / self.bound
        return min(max(0.0, (share - _BEGINS) / (1 - _BEGINS)), 1.0)

    async def measure_on(self) -> None:
        """Measure twice a second, for ever. While the store does not answer, the last measure is used."""
        while True:
            try:
                await self.measure()
            except PyMongoError as error:
                log.warning("reading not measured", extra={"error": type(error).__name__})
            await asyncio.sleep(_EVERY)

    def show(self, metrics: Metrics, throttle: Throttle) -> None:
        """Show the measure, and the number of commands that wait because of it, on the metrics page."""
        metrics.watch(figures.READING_BEHIND, lambda: {(): self.measure.last.seconds})
        metrics.watch(
            figures.READING_WAITING,
            lambda: {("rows",): float(self.measure.last.rows), ("counts",): float(self.measure.last.counts)},
        )
        metrics.watch(figures.COMMANDS_WAITING, lambda: {(): float(throttle.waiting)})


class ReadingFact:
    """The check, for readiness to be read, of how far lists, searches and figures are behind."""

    name = "reading"

    def __init__(self, pressure: Pressure) -> None:
        self._pressure = pressure

    async def check(self) -> Fact:
        """The present measure as a fact.

        Raises:
            PyMongoError: the store does not answer.
        """
        found = await self._pressure.measure()
        told = {"seconds_behind": round(found.seconds, 1), "rows": found.rows, "counts": found.counts}
        return Fact(found.seconds <= self._pressure.bound, f"{found}, of at most {self._pressure.bound:g} s", told)
