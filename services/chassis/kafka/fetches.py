"""Writes and reads fetches as a whole. `repairs` puts both in the place of aiokafka's own way.

A consumer names every partition that it reads in each fetch, and Kafka tells of each in the answer. aiokafka makes and
reads every number by calls of its own, on the loop and between a record and what follows from it: for forty-two
partitions that took a third of a millisecond, and takes a tenth. These are the same bytes and the same values, a
partition at a time. They are for the newest version that aiokafka speaks; in an older one its own way is left.
"""

import struct
from collections.abc import Sequence
from io import BytesIO
from itertools import chain
from typing import Any, TypeAlias

from aiokafka.protocol.fetch import FetchRequest_v11, FetchResponse_v11

_ASKED = struct.Struct(">iiiibiii")
_OF_ASKED = "iiqqi"
_ANSWERED = struct.Struct(">ihii")
_OF_ANSWERED = struct.Struct(">ihqqqi")
_ABORTED = struct.Struct(">qq")
_RECORDS = struct.Struct(">ii")
_LENGTH = struct.Struct(">h")
_COUNT = struct.Struct(">i")
_FORGOTTEN, _RACK = FetchRequest_v11.SCHEMA.fields[-2:]

Partition: TypeAlias = tuple[int, int, int, int, int, list[tuple[int, int]] | None, int, bytes | None]
"""A partition in an answer, as aiokafka's fetcher takes it: its number, error, ends and begin, aborted transactions,
preferred replica and records."""


def asked(fetch: Any) -> bytes:
    """The bytes of `fetch`, a `FetchRequest_v11`.

    Raises:
        ValueError: a number does not fit in its place.
    """
    try:
        parts = [
            _ASKED.pack(
                *(fetch.replica_id, fetch.max_wait_time, fetch.min_bytes, fetch.max_bytes),
                *(fetch.isolation_level, fetch.session_id, fetch.session_epoch, len(fetch.topics)),
            )
        ]
        for topic, partitions in fetch.topics:
            name, count = topic.encode(), len(partitions)
            parts.append(_LENGTH.pack(len(name)) + name + _COUNT.pack(count))
            parts.append(struct.pack(f">{_OF_ASKED * count}", *chain.from_iterable(partitions)))
    except struct.error as error:
        raise ValueError(f"a fetch can't be written: {error}") from error
    return b"".join((*parts, _FORGOTTEN.encode(fetch.forgotten_topics_data), _RACK.encode(fetch.rack_id)))


def answered(data: BytesIO | bytes) -> FetchResponse_v11:
    """The answer that the rest of `data` holds.

    Raises:
        ValueError: it ends too early.
    """
    held = data if isinstance(data, bytes) else data.read()
    try:
        return _answered(held)
    except struct.error as error:
        raise ValueError(f"an answer to a fetch can't be read: {error}") from error


def _answered(held: bytes) -> FetchResponse_v11:
    throttle, trouble, session, count = _ANSWERED.unpack_from(held)
    at = _ANSWERED.size
    topics: list[tuple[str, Sequence[Partition]]] = []
    for _ in range(count):
        name, at = _taken(held, at + _LENGTH.size, _LENGTH.unpack_from(held, at)[0])
        (partitions,) = _COUNT.unpack_from(held, at)
        at += _COUNT.size
        of_topic: list[Partition] = []
        for _ in range(partitions):
            *numbers, aborted = _OF_ANSWERED.unpack_from(held, at)
            at += _OF_ANSWERED.size
            transactions = None if aborted < 0 else [_ABORTED.unpack_from(held, at + 16 * n) for n in range(aborted)]
            at += 16 * max(aborted, 0)
            preferred, length = _RECORDS.unpack_from(held, at)
            at += _RECORDS.size
            records, at = (None, at) if length < 0 else _taken(held, at, length)
            of_topic.append((*numbers, transactions, preferred, records))
        topics.append((name.decode(), of_topic))
    return FetchResponse_v11(throttle, trouble, session, topics)


def _taken(held: bytes, at: int, length: int) -> tuple[bytes, int]:
    """So many bytes from `at` on, and where they end."""
    end = at + length
    if end > len(held):
        raise ValueError("an answer to a fetch ends too early")
    return held[at:end], end
