"""Says each condition once an interval, however often it is logged, with a count of what was left out.

A condition is what a line says besides its particulars: logger, level, wording without arguments and numbers, and the
few extras that name a cause (an error, a reason, a handler). An outage of Kafka or the store is a dozen of them, each
of which libraries log many times a second. Lines below WARNING are what happened, not conditions: all are told.
"""

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

INTERVAL = 60.0
_CAUSES = ("error", "reason", "handler", "part", "why")
_NUMBERS = re.compile(r"\d+")
_AT_MOST = 500
"""Conditions known at once; beyond that the oldest are forgotten, and told again."""


@dataclass(slots=True)
class _Condition:
    """One condition in its present interval; `last` is what was left out last."""

    until: float
    left_out: int = 0
    last: logging.LogRecord | None = None


class OnceHandler(logging.StreamHandler[TextIO]):
    """Writes lines to `stream`, each condition at most once in `interval` seconds.

    The first line of a condition is told at once. The first one after an interval tells in `repeated` how many were
    left out since; where none follows, the last one is told at the interval's end in its place.
    """

    def __init__(
        self, stream: TextIO, *, interval: float = INTERVAL, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(stream)
        self._interval = interval
        self._now = now
        self._conditions: dict[tuple[Any, ...], _Condition] = {}
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, or count it. Called with the handler's lock held."""
        if record.levelno < logging.WARNING:
            super().emit(record)
            return
        key, now = _condition(record), self._now()
        condition = self._conditions.get(key)
        if condition is not None and now < condition.until:
            condition.left_out += 1
            condition.last = record
            self._wait()
            return
        self._tell(record, 0 if condition is None else condition.left_out)
        self._conditions.pop(key, None)
        self._conditions[key] = _Condition(now + self._interval)
        if len(self._conditions) > _AT_MOST:
            self._conditions.pop(next(iter(self._conditions)))

    def settle(self) -> None:
        """Tell of what was left out in intervals that are over, and forget conditions that have ended."""
        self._settle(self._now())

    def close(self) -> None:
        """Tell of all that was left out."""
        self._settle(float("inf"))
        if self._timer is not None:
            self._timer.cancel()
        super().close()

    def _settle(self, now: float) -> None:
        self.acquire()
        try:
            self._timer = None
            for key, condition in list(self._conditions.items()):
                if now >= condition.until:
                    del self._conditions[key]
                    if condition.last is not None:
                        self._tell(condition.last, condition.left_out - 1)
            if any(condition.left_out for condition in self._conditions.values()):
                self._wait()
        finally:
            self.release()

    def _tell(self, record: logging.LogRecord, repeated: int) -> None:
        if repeated:
            record.repeated = repeated
        super().emit(record)

    def _wait(self) -> None:
        """Somebody must look when intervals are over, for nothing more may be logged."""
        if self._timer is None:
            self._timer = threading.Timer(self._interval, self.settle)
            self._timer.daemon = True
            self._timer.start()


def _condition(record: logging.LogRecord) -> tuple[Any, ...]:
    wording = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    raised = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
    causes = (str(vars(record).get(name)) for name in _CAUSES)
    return record.name, record.levelno, _NUMBERS.sub("#", wording), raised, *causes
