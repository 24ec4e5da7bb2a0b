"""Logs: one JSON object a line on standard error.

The rule, so that no line holds personal data:
- a request is named by its method and its route's template; never by path, query, body, headers, address or `sub`
  (who did what stands in the journal, which the trace id leads to);
- an exception is told by its type and its frames. Its message is left out where `messages` is off, as in production:
  drivers and validators put values there. A refusal of ours is told by its code;
- what a line adds (`extra=`) are ids, counts, codes.

A warning or an error is told once an interval, with a count (`once`).
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson
from opentelemetry.trace import get_current_span

from services.chassis.errors import CommunityError
from services.chassis.telemetry.once import OnceHandler
from services.chassis.telemetry.serving import serving

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}
_TALKATIVE = ("pymongo", "motor", "aiokafka", "httpx", "httpcore", "faststream", "opentelemetry", "asyncio")
_FRAMES = 25


class JsonLines(logging.Formatter):
    """Renders a record as one line of JSON."""

    def __init__(self, *, messages: bool) -> None:
        super().__init__()
        self._messages = messages

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        here = serving()
        if here is not None:
            line["service"] = here.service
        span = get_current_span().get_span_context()
        if span.is_valid:
            line["trace"] = f"{span.trace_id:032x}"
            line["span"] = f"{span.span_id:016x}"
        line.update((name, value) for name, value in vars(record).items() if name not in _STANDARD)
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = self._exception(record.exc_info[1])
        try:
            return orjson.dumps(line, default=_named).decode()
        except orjson.JSONEncodeError:  # a lone surrogate, a number of more than 64 bits
            return json.dumps(line, default=_named)

    def _exception(self, error: BaseException) -> dict[str, Any]:
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        told: dict[str, Any] = {
            "type": f"{type(error).__module__}.{type(error).__qualname__}",
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        if isinstance(error, CommunityError):
            told["code"] = error.code
        elif self._messages:
            told["message"] = str(error)
        if error.__cause__ is not None and error.__cause__ is not error:
            told["cause"] = self._exception(error.__cause__)
        return told


def _named(value: Any) -> str:
    return f"<{type(value).__name__}>"


def configure_logs(level: str, *, messages: bool, to: TextIO | None = None) -> None:
    """Send the logs of the whole process to `to` (standard error), replacing what was set up before.

    Args:
        level: the lowest level told; libraries are told from WARNING on.
        messages: whether messages of foreign exceptions are told; they may hold what people typed.
    """
    handler = OnceHandler(to or sys.stderr)
    handler.setFormatter(JsonLines(messages=messages))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
        logger.setLevel(logging.WARNING)
