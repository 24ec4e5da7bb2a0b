"""Cursors come back as they were given out, or not at all."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.store.cursor import InvalidCursor, Value, decode, encode

TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds have no zone
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(PLAIN | TEXT, TEXT)
def test_plain_values_come_back(value: Value, id: str) -> None:
    returned = decode(encode(value, id))
    assert returned == (value, id)
    assert type(returned[0]) is type(value)


@given(TIMES, TEXT)
def test_times_come_back_to_the_millisecond(value: datetime, id: str) -> None:
    value = value.replace(microsecond=value.microsecond // 1000 * 1000)
    assert decode(encode(value, id)) == (value, id)


def test_a_time_of_another_zone_is_the_same_instant() -> None:
    east = datetime.fromisoformat("2026-05-01T08:00:00+08:00")
    value, _ = decode(encode(east, "case-1"))
    assert value == east
    assert isinstance(value, datetime)
    assert value.utcoffset() == timedelta(0)


def made_up(json: str) -> str:
    return urlsafe_b64encode(json.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "a",
        "%00",
        "é",
        made_up("null"),
        made_up("{}"),
        made_up('["v",1]'),
        made_up('["v",1,2]'),
        made_up('["v",{"$gt":""},"case-1"]'),
        made_up('["v",["a"],"case-1"]'),
        made_up('["v",1,{"$ne":1}]'),
        made_up('["x",1,"case-1"]'),
        made_up('["t","now","case-1"]'),
        made_up('["t",true,"case-1"]'),
        made_up('["t",1e300,"case-1"]'),
        made_up('["t",99999999999999999,"case-1"]'),
        made_up('["v",18446744073709551615,"case-1"]'),
        made_up('["v", 1, "case-1"]'),
        made_up('["v",NaN,"case-1"]'),
        encode("a", "case-1") + "=",
        encode("a", "case-1") + "\n",
        encode("x" * 4000, "case-1"),
    ],
)
def test_a_cursor_that_was_never_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor) as caught:
        decode(cursor)
    assert (caught.value.status, caught.value.code) == (400, "cursor.invalid")


@given(st.text(max_size=80) | st.text("abcXYZ019-_", max_size=60))
def test_nothing_but_plain_values_ever_comes_out(cursor: str) -> None:
    try:
        value, id = decode(cursor)
    except InvalidCursor:
        return
    assert encode(value, id) == cursor
