"""Whatever comes from Kafka is read or handed out as it is; nothing is raised, nothing is passed by in silence."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kafka.record_batches import UNREADABLE, Batches, begin, mark, spelt, why
from tests import raw_batches as raw

KEYS = st.one_of(st.none(), st.binary(max_size=12))
HEADERS = st.lists(st.tuples(st.binary(max_size=12), KEYS), max_size=4)
RECORDS = st.lists(st.tuples(KEYS, KEYS, HEADERS), min_size=1, max_size=5)


def read(data: bytes) -> list[tuple[int, list[Any]]]:
    """For each batch where reading goes on, and its records."""
    found, batches = [], Batches(data)
    while batches.has_next():
        batch = batches.next_batch()
        assert batch is not None
        assert batch.validate_crc()
        found.append((batch.next_offset, list(batch)))
    return found


def names(headers: object) -> list[bytes]:
    assert isinstance(headers, list | tuple)
    return [name.encode("utf-8", "surrogateescape") for name, _ in headers if not name.startswith("\ud800")]


@given(RECORDS, st.sampled_from([raw.NONE, raw.GZIP]))
def test_every_record_comes_out_as_it_went_in_whatever_the_names_of_its_headers(
    records: list[raw.RawRecord], compression: int
) -> None:
    [(ends, found)] = read(raw.batch(records, compression=compression, base=40))
    assert ends == 40 + len(records)
    for number, (record, (key, value, headers)) in enumerate(zip(found, records, strict=True)):
        assert (record.offset, record.key, record.value) == (40 + number, key, value)
        assert names(record.headers) == [name for name, _ in headers]
        assert [text for name, text in record.headers if not name.startswith("\ud800")] == [t for _, t in headers]
        assert (mark(record.headers) is None) == all(_is_text(name) for name, _ in headers)


def _is_text(name: bytes) -> bool:
    return name.decode(errors="ignore").encode() == name


@given(RECORDS, st.data())
def test_a_flipped_byte_costs_its_batch_alone(records: list[raw.RawRecord], data: st.DataObject) -> None:
    one, other = raw.batch(records, base=7), raw.batch([(b"k", b"v", [])], base=7 + len(records))
    at = data.draw(st.integers(raw.MAGIC_AT, len(one) - 1))
    spoilt = one[:at] + bytes([one[at] ^ data.draw(st.integers(1, 255))]) + one[at + 1 :]
    (ends, [odd]), (_, [next_one]) = read(spoilt + other)
    assert (odd.offset, ends, odd.value) == (6 + len(records), 7 + len(records), spoilt)
    assert (mark(odd.headers), begin(odd.headers)) == (UNREADABLE, 7)
    assert (next_one.offset, next_one.key) == (7 + len(records), b"k")


@given(st.binary(max_size=200))
def test_garbage_ends_and_raises_nothing(data: bytes) -> None:
    read(data)


@given(RECORDS, st.data())
def test_garbage_behind_a_right_crc_raises_nothing_either(records: list[raw.RawRecord], data: st.DataObject) -> None:
    whole = raw.batch(records)
    at = data.draw(st.integers(raw.ATTRIBUTES_AT, len(whole) - 1))
    spoilt = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    assert len(read(raw.with_right_crc(spoilt))) == 1


_WHOLE = raw.batch([(b"k", b"v", [(b"\xff", b"")])] * 3, base=5)


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (_WHOLE[:-1] + b"\x01", "bad CRC"),
        (_WHOLE[: raw.MAGIC_AT] + b"\x03" + _WHOLE[raw.CRC_AT :], "unknown format 3"),
        (raw.batch([(b"k", b"v", [])] * 3, compression=raw.ZSTD, base=5), "unknown compression"),
        (raw.with_right_crc(_WHOLE[:22] + b"\x07" + _WHOLE[23:]), "unknown compression"),
        (raw.with_right_crc(_WHOLE[:22] + b"\x01" + _WHOLE[23:]), "broken: BadGzipFile"),
        (_WHOLE[:-1], f"cut off: {len(_WHOLE) - 1} of {len(_WHOLE)} bytes"),
        (raw.with_right_crc(_WHOLE[:57] + b"\x00\x00\x00\x09" + _WHOLE[61:]), "broken: "),
    ],
)
def test_an_unreadable_batch_tells_why_and_where_reading_goes_on(spoilt: bytes, reason: str) -> None:
    [(ends, [odd])] = read(spoilt)
    assert why(odd.headers).startswith(reason)
    assert (begin(odd.headers), odd.offset, ends, odd.value) == (5, 7, 8, spoilt)


def test_a_last_batch_that_is_cut_off_is_left_to_the_next_fetch() -> None:
    assert [ends for ends, _ in read(_WHOLE + _WHOLE[:-1])] == [8]


def test_the_beginning_of_a_header_is_nothing_yet() -> None:
    assert (Batches(_WHOLE[:60]).has_next(), Batches(_WHOLE[:60]).size_in_bytes()) == (False, 0)


def test_a_name_is_spelt_so_that_it_can_be_written() -> None:
    assert spelt(b"tr\xffck".decode("utf-8", "surrogateescape")) == "tr\\xffck"
    assert spelt("温度") == "温度"
