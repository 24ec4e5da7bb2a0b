"""The form of a dead letter: a record that a consumer can't take, as it came, with the reason, on the topic's `.dlq`.

Original headers are kept as they are; ours begin with `dlq-`. A replay goes to the original topic, marked for the
consumer that failed, so that the others pass it by. Nothing is deleted: a letter that was replayed or dropped is
settled by a later record of the same `.dlq` that names it; retention removes both.

A header whose name is not UTF-8 is kept under its name with the odd bytes escaped (`\\xff`), and all headers stand
unchanged in `dlq-raw-headers`: JSON, `[name, value or null]` in base64. Where a whole batch could not be read, its
bytes are the letter's value.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from services.chassis.kafka import record_batches
from services.contracts.envelope import Headers

RecordHeaders = Sequence[tuple[str, bytes | None]]

PREFIX = "dlq-"
REPLAY_FOR = "replay-for"
SETTLES = PREFIX + "settles"
SETTLED_BY = PREFIX + "settled-by"
CUT = PREFIX + "cut"
RAW_HEADERS = PREFIX + "raw-headers"
BATCH = PREFIX + "batch"
"""The header that holds the first and last offset of a batch that could not be read."""
LARGEST = 2 * 1024 * 1024 - 64 * 1024
"""The bytes of a record that a `.dlq` takes: its `max.message.bytes`, less what a message adds."""


@dataclass(frozen=True, slots=True)
class Reason:
    """The reason why a record could not be taken. `code` is stable, `detail` holds no personal data."""

    code: str
    detail: str


MALFORMED_ENVELOPE = "malformed-envelope"
UNEXPECTED_TOMBSTONE = "unexpected-tombstone"
BAD_JSON = "bad-json"
WRONG_SCHEMA = "wrong-schema"
RULE_BROKEN = "rule-broken"
NOT_YET = "not-yet"
HANDLER_FAILED = "handler-failed"
MISNAMED_HEADER = "misnamed-header"
UNREADABLE_BATCH = "unreadable-batch"


def headers(
    original: RecordHeaders, *, topic: str, partition: int, offset: int, consumer: str, reason: Reason, now: datetime
) -> Headers:
    """The headers of a dead letter; marks of an earlier death are replaced."""
    kept = [
        (record_batches.spelt(name), value or b"")
        for name, value in original
        if not name.startswith(PREFIX) and name != REPLAY_FOR and name not in record_batches.MARKS
    ]
    marks = {
        "topic": topic,
        "partition": str(partition),
        "offset": str(offset),
        "consumer": consumer,
        "reason": reason.code,
        "detail": reason.detail[:1000],
        "time": now.isoformat(),
        **_as_it_came(original, offset),
    }
    return kept + [(PREFIX + name, value.encode()) for name, value in marks.items()]


def _as_it_came(original: RecordHeaders, last: int) -> Mapping[str, str]:
    """The headers that keep what is odd about a record which `record_batches` has marked: raw header names, or the
    bounds of a batch."""
    mark = record_batches.mark(original)
    if mark == record_batches.MISNAMED:
        raw = [[_base64(name.encode("utf-8", "surrogateescape")), _base64(value)] for name, value in original[1:]]
        return {RAW_HEADERS.removeprefix(PREFIX): orjson.dumps(raw).decode()}
    if mark == record_batches.UNREADABLE:
        return {BATCH.removeprefix(PREFIX): f"{record_batches.begin(original)}-{last}"}
    return {}


def _base64(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def fitting(key: bytes, value: bytes | None, letter: Headers) -> tuple[bytes, bytes | None, Headers]:
    """Key, value and headers of a letter, small enough for its topic. A record that is larger (it was compressed) is
    cut to our own headers, one of which tells its size."""
    size = len(key) + len(value or b"") + sum(len(name) + len(text) for name, text in letter)
    if size <= LARGEST:
        return key, value, letter
    return b"", None, [*(mark for mark in letter if mark[0].startswith(PREFIX)), (CUT, str(size).encode())]


def for_replay(dead: Headers) -> tuple[str, Headers]:
    """The topic that a dead letter goes back to, and its headers there.

    Raises:
        KeyError: it is not a dead letter of ours.
    """
    marks = {name: value for name, value in dead if name.startswith(PREFIX)}
    consumer = marks[PREFIX + "consumer"]
    kept = [(name, value) for name, value in dead if not name.startswith(PREFIX)]
    return marks[PREFIX + "topic"].decode(), [*kept, (REPLAY_FOR, consumer)]


def meant_for_other(record_headers: RecordHeaders, consumer: str) -> bool:
    """Whether a record is a replay for another consumer."""
    if REPLAY_FOR not in dict(record_headers):
        return False
    return consumer.encode() not in [value for name, value in record_headers if name == REPLAY_FOR]
