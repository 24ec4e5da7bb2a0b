"""The form of a dead letter: a record that a consumer can't take, as it came, with the reason, on the topic's `.dlq`.

Original headers are kept as they are; ours begin with `dlq-`. A replay goes to the original topic, marked for the
consumer that failed, so that the others pass it by. Nothing is deleted: a later record of the same `.dlq` names a
letter that was replayed or dropped and so settles it; both go with the topic's retention.

A header whose name is not UTF-8 is kept under its name as it can be written (`\\xff`), and all of them as they came
in `dlq-raw-headers`: JSON, `[name, value or null]` in base64. A batch that could not be read is the letter's value.
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
"""Of a batch that could not be read: its first and last offset."""
LARGEST = 2 * 1024 * 1024 - 64 * 1024
"""What a `.dlq` takes (its `max.message.bytes`), less what a message adds."""


@dataclass(frozen=True, slots=True)
class Reason:
    """The reason why a record could not be taken. `code` is stable, `detail` names no personal data."""

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
    """What no header can carry of a record that `batches` has marked."""
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
    """The letter as its topic can take it. A record that was compressed may be larger than that: its marks alone go."""
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
