"""Makes sure that a process which is told to end does end, whatever hangs.

A signal begins the orderly end, each step of which has its own time; when all of them together have taken too long, a
thread that waits for nobody ends the process. The same thread ends a process whose event loop has not turned for so
long that it won't any more. Either says where the process hung, in one line of the log.
"""

import asyncio
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import FrameType

import orjson
import uvicorn

from services.chassis.clock import utc_now

BLOCKED = 90.0
_TICK = 1.0
_FROZEN = 3.0
"""A tick that took longer than this many: not the loop, but the whole process or its machine stood still."""
_WRITTEN_WITHIN = 1.0
HUNG = 70
"""The exit code of a process that had to be ended."""


class LastResort:
    """Ends the process when its time is up, or its event loop stands still.

    Args:
        grace: seconds from `begin` to the end, at the latest.
        blocked: seconds for which the event loop may stand still.
    """

    def __init__(
        self, grace: float, *, blocked: float = BLOCKED, tick: float = _TICK, end: Callable[[int], None] = os._exit
    ) -> None:
        self._grace, self._blocked, self._tick, self._end = grace, blocked, tick, end
        self._until: float | None = None
        self._turned = True
        self._main = threading.main_thread().ident
        self._over = threading.Event()

    def begin(self) -> None:
        """The process is to end: from now on its time is measured. May be called in a signal handler."""
        if self._until is None:
            self._until = time.monotonic() + self._grace

    async def watch(self) -> None:
        """Show, for ever, that the event loop turns; watched by a thread from now on, also after this has ended."""
        threading.Thread(target=self._watch, name="last-resort", daemon=True).start()
        while True:
            self._turned = True
            await asyncio.sleep(self._tick / 2)

    def close(self) -> None:
        """Stop watching."""
        self._over.set()

    def _watch(self) -> None:
        stood = 0.0
        before = time.monotonic()
        while not self._over.wait(self._tick):
            now = time.monotonic()
            turned, self._turned = self._turned, False
            stood = 0.0 if turned or now - before > _FROZEN * self._tick else stood + self._tick
            before = now
            if self._until is not None and now >= self._until:
                self._now(f"not ended {self._grace:g} s after the signal, ending now")
            elif self._until is None and stood >= self._blocked:
                self._now(f"the event loop has not turned for {self._blocked:g} s, ending now")

    def _now(self, message: str) -> None:
        frame = sys._current_frames().get(self._main or 0)
        frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_stack(frame)] if frame else []
        line = {
            "time": utc_now().isoformat(timespec="milliseconds"),
            "level": "CRITICAL",
            "logger": __name__,
            "message": message,
            "frames": frames[-25:],
        }
        # Past the logging of the process, whose lock may be what everybody waits for.
        writing = threading.Thread(target=os.write, args=(2, orjson.dumps(line) + b"\n"), daemon=True)
        writing.start()
        writing.join(_WRITTEN_WITHIN)
        self._over.set()
        self._end(HUNG)


class Server(uvicorn.Server):
    """A server whose end has a last resort, and whose process ends by its own code, not by the signal."""

    def __init__(self, config: uvicorn.Config, resort: LastResort) -> None:
        super().__init__(config)
        self._resort = resort

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the end."""
        self._resort.begin()
        super().handle_exit(sig, frame)
        self._captured_signals.clear()
