"""The one source of the present time. Domain code is given the time; no other module asks the machine.

A development system may live at another time than its machine: every process reads how much earlier or later from one
file (`Shifted`), and whoever tells a story moves it on (`move`). What people do, sweeps and events go by it: due times,
reminders, dates of a series, the times of events on Kafka. What keeps the machines together does not: leases go by the
store's own clock, tokens and logs by the machine's.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.chassis.elapsed import elapsed

Clock = Callable[[], datetime]


_LOOK = 0.2
"""Seconds after which somebody who rests looks whether the clock was moved."""


class RunsBack(Exception):
    """A clock was to be put back. What was done would then lie in the future."""


def utc_now() -> datetime:
    """The present time in UTC and whole milliseconds, as MongoDB keeps it: what is read equals what was written."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Shifted:
    """The time that the file at `path` says, in seconds before (negative) or after the machine's. Without one, the
    machine's. It is looked at each time, so that all who read the same file go on together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, int] | None = None
        self._shift = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.shift

    @property
    def shift(self) -> timedelta:
        """How much later it is than on the machine; negative: earlier."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._read, self._shift = None, timedelta(0)
            return self._shift
        seen = (found.st_mtime_ns, found.st_ino)
        if seen != self._read:
            milliseconds = round(float(self._path.read_text("ascii")) * 1000)
            self._read, self._shift = seen, timedelta(milliseconds=milliseconds)
        return self._shift


async def rest(clock: Clock, pause: timedelta) -> None:
    """Rest for `pause`, of the machine's time; for less where `clock` is moved meanwhile, for then much may be due."""
    if not isinstance(clock, Shifted):
        await asyncio.sleep(pause.total_seconds())
        return
    until, shift = elapsed() + pause.total_seconds(), clock.shift
    while clock.shift == shift and (left := until - elapsed()) > 0:  # noqa: ASYNC110  a file wakes nobody
        await asyncio.sleep(min(left, _LOOK))


def clock_at(path: Path | None) -> Clock:
    """The clock of a process: the machine's, or, where `path` is named, the one that is told there."""
    return utc_now if path is None else Shifted(path)


def begin(path: Path, at: datetime) -> None:
    """Let the clock at `path`, which nobody has followed yet, begin `at` that time."""
    _write(path, at - utc_now())


def move(path: Path, to: datetime) -> None:
    """Let the clock at `path` go on from `to`.

    Raises:
        RunsBack: it is later there.
    """
    if to < Shifted(path)():
        raise RunsBack(f"it is later than {to.isoformat()} already")
    _write(path, to - utc_now())


def catch_up(path: Path) -> None:
    """Let the clock at `path` be the machine's from now on."""
    with suppress(FileNotFoundError):
        if Shifted(path).shift > timedelta(0):
            raise RunsBack("it is later than on the machine")
        path.unlink()


def _write(path: Path, shift: timedelta) -> None:
    """Write the shift in one step: whoever reads meanwhile reads the old shift or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(f"{shift.total_seconds():.3f}\n", "ascii")
    fresh.replace(path)
