"""Record batches made by hand, byte by byte: what a client may send that is not ours, and what no client sends."""

import gzip
import struct
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.util import calc_crc32c, encode_varint

from tests.waiting import eventually

RawHeaders = Sequence[tuple[bytes, bytes | None]]
RawRecord = tuple[bytes | None, bytes | None, RawHeaders]

NONE, GZIP, ZSTD = 0, 1, 4
MAGIC_AT, CRC_AT, ATTRIBUTES_AT = 16, 17, 21
_TIME = 1_790_000_000_000
_NOT_YET = (3, 5, 6)
"""Errors of a partition that was just made: its broker doesn't know it, or doesn't lead it yet. Nothing was taken."""


def batch(records: Sequence[RawRecord], *, compression: int = NONE, base: int = 0) -> bytes:
    """A batch of the latest format with a right CRC."""
    body = b"".join(_record(number, record) for number, record in enumerate(records))
    last = len(records) - 1
    head = struct.pack(">hiqqqhii", compression, last, _TIME, _TIME, -1, -1, -1, len(records))
    rest = head + _compressed(body, compression)
    behind = struct.pack(">ibI", -1, 2, calc_crc32c(rest)) + rest
    return struct.pack(">qi", base, len(behind)) + behind


def with_right_crc(raw: bytes) -> bytes:
    """The same batch, altered behind its CRC, so that nobody sees that it was."""
    return raw[:CRC_AT] + struct.pack(">I", calc_crc32c(raw[ATTRIBUTES_AT:])) + raw[ATTRIBUTES_AT:]


async def send(producer: AIOKafkaProducer, topic: str, partition: int, raw: bytes) -> int:
    """Put a batch into a partition as it is; the offset of its first record."""
    await producer.partitions_for(topic)
    leader = producer.client.cluster.leader_for_partition(TopicPartition(topic, partition))

    async def answered() -> tuple[int, int] | None:
        request = ProduceRequest(
            transactional_id=None, required_acks=-1, timeout=10_000, topics=[(topic, [(partition, raw)])]
        )
        answer = await producer.client.send(leader, request)
        [(_, [(_, error, offset, *_)])] = answer.topics
        return None if error in _NOT_YET else (error, offset)

    error, offset = await eventually(answered)
    assert error == 0, f"Kafka refused the batch: {error}"
    return offset


def _record(number: int, record: RawRecord) -> bytes:
    key, value, headers = record
    body = b"\x00" + _varint(0) + _varint(number) + _text(key) + _text(value) + _varint(len(headers))
    body += b"".join(_text(name) + _text(text) for name, text in headers)
    return _varint(len(body)) + body


def _text(text: bytes | None) -> bytes:
    return _varint(-1) if text is None else _varint(len(text)) + text


def _varint(number: int) -> bytes:
    found = bytearray()
    encode_varint(number, found.append)
    return bytes(found)


def _compressed(body: bytes, compression: int) -> bytes:
    if compression == GZIP:
        return gzip.compress(body)
    if compression == ZSTD:  # a frame of one block that is not compressed
        block = (len(body) << 3 | 1).to_bytes(3, "little")
        return b"\x28\xb5\x2f\xfd\xa0" + len(body).to_bytes(4, "little") + block + body
    return body
