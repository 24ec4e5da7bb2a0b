"""Reads record batches from Kafka, whatever is in them. `repairs` puts this reader in the place of aiokafka's own.

aiokafka raises in the middle of a fetch where a batch can't be read: records that it had already taken out of that
fetch are lost, of other partitions too, and the same batch is read for ever. This reader raises nothing:
- a record with a header name that is not UTF-8 is handed out in its place, the name's bytes kept (`surrogateescape`);
- a batch that can't be read (its CRC is wrong, its format or compression unknown, its records don't add up, its end
  missing) is handed out as one record that holds its bytes, at its last offset.
In both cases the record's first header is ours, under a name that no record from Kafka can have. Everything else is
read by aiokafka's own parser.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.codec import gzip_decode, lz4_decode, snappy_decode, zstd_decode
from aiokafka.errors import UnsupportedCodecError
from aiokafka.record.default_records import DefaultRecordBase, DefaultRecordBatch
from aiokafka.record.legacy_records import LegacyRecordBatch
from aiokafka.record.util import decode_varint

RecordHeaders = Sequence[tuple[str, bytes | None]]

MISNAMED = "\ud800misnamed"
"""The first header of a record that has a name which is not UTF-8."""
UNREADABLE = "\ud800unreadable"
"""The first header of a record that stands for an unreadable batch; its value is the reason. The value of `BASE` is the
batch's first offset."""
BASE = "\ud800base"
MARKS = frozenset((MISNAMED, UNREADABLE, BASE))

_FRAME = struct.Struct(">qi")
_MAGIC_AT = 16
_WHOLE = DefaultRecordBase.HEADER_STRUCT
_LATEST = 2
_DECODE = {1: gzip_decode, 2: snappy_decode, 3: lz4_decode, 4: zstd_decode}


class Unreadable(Exception):
    """A batch can't be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A record in the form that aiokafka's fetcher takes."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: RecordHeaders
    checksum: None = None


class Batch:
    """One batch that was read whole, with the parts of its header that aiokafka asks for."""

    def __init__(self, records: list[Any], next_offset: int, header: Any = None) -> None:
        self._records = iter(records)
        self.next_offset = next_offset
        self.base_offset: int = getattr(header, "base_offset", next_offset)
        self.producer_id: int | None = getattr(header, "producer_id", None)
        self.is_control_batch = bool(getattr(header, "is_control_batch", False))
        self.is_transactional = bool(getattr(header, "is_transactional", False))

    def __iter__(self) -> Iterator[Any]:
        return self._records

    def __next__(self) -> Any:
        return next(self._records)

    def validate_crc(self) -> bool:
        """Always true: the checksum was verified before the batch was read."""
        return True


class Batches:
    """The batches of one answer to a fetch, for one partition."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._at = 0

    def size_in_bytes(self) -> int:
        """The bytes of the answer, or 0 where it holds only the beginning of a header, which is then fetched again."""
        return len(self._data) if len(self._data) >= _WHOLE.size else 0

    def has_next(self) -> bool:
        """Whether another batch is there. A batch that is cut off does not count, unless it is the first: it comes
        whole with the next fetch."""
        left = len(self._data) - self._at
        if left < _FRAME.size:
            return False
        return self._length() <= left or (self._at == 0 and left >= _WHOLE.size)

    def next_batch(self) -> Batch | None:
        """The next batch."""
        if not self.has_next():
            return None
        length = self._length()
        raw = self._data[self._at : self._at + length]
        self._at += len(raw)
        try:
            if len(raw) < length:
                raise Unreadable(f"cut off: {len(raw)} of {length} bytes")
            return read(raw)
        except Unreadable as error:
            return self._unread(bytes(raw), str(error))

    def _length(self) -> int:
        """The bytes of the next batch. A batch that claims to be shorter than a frame gets the length of a frame, and
        turns out unreadable."""
        declared: int = _FRAME.unpack_from(self._data, self._at)[1]
        return _FRAME.size + max(0, declared)

    def _unread(self, raw: bytes, why: str) -> Batch:
        base: int = _FRAME.unpack_from(raw)[0]
        end = self._end(raw, base)
        headers = ((UNREADABLE, why.encode()), (BASE, str(base).encode()))
        return Batch([Raw(end - 1, -1, 0, None, raw, headers)], end)

    def _end(self, raw: bytes, base: int) -> int:
        """The offset at which reading goes on after an unreadable batch: where the following batch begins, else where
        the batch's own header says it ends, if that is plausible."""
        if self._at + _FRAME.size <= len(self._data):
            following: int = _FRAME.unpack_from(self._data, self._at)[0]
            if following > base:
                return following
        delta = _WHOLE.unpack_from(raw)[6] if len(raw) >= _WHOLE.size else 0
        return base + delta + 1 if 0 <= delta <= 16 * len(raw) else base + 1


def read(raw: memoryview | bytes) -> Batch:
    """Read one whole batch.

    Raises:
        Unreadable: the batch can't be read.
    """
    if len(raw) <= _MAGIC_AT:
        raise Unreadable("shorter than a batch can be")
    magic = raw[_MAGIC_AT]
    if magic > _LATEST:
        raise Unreadable(f"unknown format {magic}")
    try:
        batch = DefaultRecordBatch(raw) if magic == _LATEST else LegacyRecordBatch(raw, magic)
        if not batch.validate_crc():
            raise Unreadable("bad CRC")
        try:
            records = list(batch)
        except UnicodeDecodeError:
            records = list(_tolerantly(raw))
        return Batch(records, batch.next_offset, batch)
    except Unreadable:
        raise
    except UnsupportedCodecError as error:
        raise Unreadable("unknown compression") from error
    except Exception as error:  # whatever a decompressor or a parser makes of garbage
        raise Unreadable(f"broken: {type(error).__name__}") from error


def _tolerantly(raw: memoryview | bytes) -> Iterator[Raw]:
    """The records of a batch of the latest format, read without the demand that names of headers are UTF-8."""
    header = _WHOLE.unpack_from(raw)
    base, attributes, first, last, count = header[0], header[5], header[7], header[8], header[12]
    body = bytes(raw[_WHOLE.size :])
    if codec := attributes & DefaultRecordBase.CODEC_MASK:
        body = bytes(_DECODE[codec](body))
    appended = bool(attributes & DefaultRecordBase.TIMESTAMP_TYPE_MASK)
    cut = _Cut(body)
    for _ in range(count):
        cut.varint()
        cut.varint()
        timestamp, offset = cut.varint(), cut.varint()
        key, value = cut.text(), cut.text()
        headers = cut.headers()
        yield Raw(base + offset, last if appended else first + timestamp, int(appended), key, value, headers)


class _Cut:
    """Reads one field after the other from the records of a batch."""

    def __init__(self, body: bytes) -> None:
        self._body = bytearray(body)
        self._at = 0

    def varint(self) -> int:
        number: int
        number, self._at = decode_varint(self._body, self._at)
        return number

    def text(self) -> bytes | None:
        length = self.varint()
        if length < 0:
            return None
        if self._at + length > len(self._body):
            raise Unreadable("broken: a field is longer than its batch")
        self._at += length
        return bytes(self._body[self._at - length : self._at])

    def headers(self) -> RecordHeaders:
        found = tuple((self.text() or b"", self.text()) for _ in range(self.varint()))
        named = tuple((name.decode("utf-8", "surrogateescape"), value) for name, value in found)
        return named if all(_is_utf_8(name) for name, _ in named) else ((MISNAMED, None), *named)


def _is_utf_8(name: str) -> bool:
    return name.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in name)


def mark(headers: RecordHeaders) -> str | None:
    """The mark of an odd record, `MISNAMED` or `UNREADABLE`; None for an ordinary one."""
    first = headers[0][0] if headers else None
    return first if first in MARKS else None


def why(headers: RecordHeaders) -> str:
    """Why the batch that a record stands for could not be read."""
    return (headers[0][1] or b"").decode()


def begin(headers: RecordHeaders) -> int:
    """The first offset of the batch that a record stands for."""
    return int(headers[1][1] or b"")


def first_offset(record: Any) -> int:
    """The offset to read from so that `record` comes again: its own, or the first of the batch that it stands for."""
    return begin(record.headers) if mark(record.headers) == UNREADABLE else int(record.offset)


def spelt(name: str) -> str:
    """A header's name with bytes that are not UTF-8 escaped as `\\xff`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
