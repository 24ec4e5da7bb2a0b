"""Measures the time that has passed, sleep of the machine included: a right that ends after a while is believed by it.

`time.monotonic` stands still while a machine sleeps, and whoever woke up would go on believing in what had long ended:
that they hold a lease, that keys are still the issuer's, that what was remembered is fresh. Where passed time allows
more instead, as in a bucket of requests, the clock that stops is the safe one.
"""

import sys
import time
from collections.abc import Callable

Elapsed = Callable[[], float]
"""Seconds since some moment; never goes back, and goes on while the machine sleeps."""


class Furthest:
    """For a system without such a clock: whichever of two others says that more time has passed.

    After a sleep that is the clock on the wall; where somebody sets that one back, the steady one. Set forward, it ends
    rights too early, never too late.
    """

    def __init__(self, steady: Elapsed = time.monotonic, wall: Elapsed = time.time) -> None:
        self._clocks = (steady, wall)
        self._seen = (steady(), wall())
        self._passed = 0.0

    def __call__(self) -> float:
        seen = (self._clocks[0](), self._clocks[1]())
        self._passed += max(0.0, *(now - before for now, before in zip(seen, self._seen, strict=True)))
        self._seen = seen
        return self._passed


def clock_of(system: str = sys.platform) -> Elapsed:
    """The clock of `system` that does not stop."""
    if system == "darwin":  # what Python calls monotonic there is another, which does
        return lambda: time.clock_gettime(time.CLOCK_MONOTONIC)
    boot: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return Furthest() if boot is None else lambda: time.clock_gettime(boot)


elapsed = clock_of()
