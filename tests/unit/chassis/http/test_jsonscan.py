"""JSON that is looked through and parsed piece by piece is what it is when it is read at once."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.chassis.http.jsonscan import DEEPEST, LONGEST, SLICE, Scan, parse, parse_in_pieces, slices
from services.chassis.http.refusals import BodyNotJson, BodyTooDeep, BodyTooMany, NumberOutOfRange, TextTooLong
from services.chassis.http.texts import ControlCharacter, texts_of
from services.contracts.text import UNFIT

MANY = 1_000_000
WORDS = st.text(max_size=8).filter(lambda word: not UNFIT.search(word)) | st.sampled_from(
    ['"', "\\", '\\"', "[{", "],}"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=40,
)


def in_parts(text: bytes, part: int, *, piece: int = 1, values: int = MANY) -> Scan:
    scan = Scan(values=values, piece=piece)
    for start in range(0, len(text), part):
        scan.feed(text[start : start + part])
    return scan


def in_pieces(text: bytes, part: int = 3) -> Any:
    return asyncio.run(parse_in_pieces(text, in_parts(text, part).cuts))


@given(VALUES, st.integers(1, 20), st.booleans(), st.booleans())
def test_pieces_joined_are_what_was_sent(value: Any, part: int, spaced: bool, ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii, indent=1 if spaced else None).encode()
    assert in_pieces(text, part) == orjson.loads(text)


@given(VALUES, st.integers(0, 12), st.integers(0, 4), st.integers(1, 30), st.booleans())
def test_a_text_that_has_come_whole_is_held_to_the_same_bounds(
    value: Any, values: int, deepest: int, piece: int, spaced: bool
) -> None:
    text = json.dumps(value, indent=1 if spaced else None).encode()

    def outcome(feed: Callable[[Scan, bytes], None]) -> Any:
        scan = Scan(values=values, deepest=deepest, piece=piece)
        try:
            feed(scan, text)
        except (BodyTooDeep, BodyTooMany) as refusal:
            return refusal.code
        return scan.cuts

    assert outcome(Scan.feed_whole) == outcome(Scan.feed)


def without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("twice")
    return dict(pairs)


@given(VALUES, st.data())
@example([1, 2], None)
def test_a_text_that_is_no_json_at_once_is_none_in_pieces(value: Any, data: Any) -> None:
    """And the other way round, but for a name that stands twice in one object, which may be refused."""
    text = bytearray(json.dumps(value).encode())
    if data is not None:
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.integers(0, len(text)))
            text[place : place + data.draw(st.integers(0, 2))] = data.draw(
                st.sampled_from([b"", b",", b"]", b"}", b"[", b'"', b":", b"1", b"\\", b" "])
            )
    whole = bytes(text)
    try:
        expected = parse(whole)
    except (BodyNotJson, NumberOutOfRange):
        expected = BodyNotJson
    try:
        found = in_pieces(whole)
    except (BodyNotJson, NumberOutOfRange):
        if expected is not BodyNotJson:
            with pytest.raises(ValueError, match="twice"):
                json.loads(whole, object_pairs_hook=without_doubles)
        return
    except BodyTooDeep:
        return
    except ControlCharacter:
        assert any(UNFIT.search(said) for _, said in texts_of(expected))
        return
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        b"[1,]",
        b"[,1]",
        b"[1,,2]",
        b'{"a":1,}',
        b'{,"a":1}',
        b'{"a":,"b":1}',
        b"[1],[2]",
        b"1,2",
        b"[1,2",
        b"[1,2]]",
        b'["a,b',
        b"",
    ],
)
def test_a_comma_where_none_belongs_is_refused(text: bytes) -> None:
    with pytest.raises(BodyNotJson):
        in_pieces(text)


@pytest.mark.parametrize("frame", [("[", "]"), ('{"a":', "}"), ("[1,", "]"), ('{"b":1,"a":', "}")])
@pytest.mark.parametrize("depth", [DEEPEST + 1, 255, 976, 1000, 1023, 1024, 1025, 50_000])
def test_depth_is_seen_before_anything_is_parsed(frame: tuple[str, str], depth: int) -> None:
    text = (frame[0] * depth + "1" + frame[1] * depth).encode()
    for part in (1, 7, SLICE):
        with pytest.raises(BodyTooDeep):
            in_parts(text[:20_000], part)
    in_parts((frame[0] * DEEPEST + "1" + frame[1] * DEEPEST).encode(), 5)


@pytest.mark.parametrize("unit", [b"[],", b"{},", b"1,", b'"",', b'{"a":1},'])
def test_values_are_counted(unit: bytes) -> None:
    text = b"[" + unit * 1000
    with pytest.raises(BodyTooMany):
        in_parts(text, 50, values=900)


def test_brackets_and_commas_in_strings_are_text() -> None:
    text = json.dumps({"text": '[{",\\' * 500}).encode()
    for part in (1, 2, 3, 64):
        scan = in_parts(text, part, values=3)
        assert scan.cuts == []


def test_a_number_is_judged_wherever_it_stands() -> None:
    for wrong in (b"9223372036854775808", b"-9223372036854775809", b"1" * 300):
        with pytest.raises(NumberOutOfRange):
            in_pieces(b'{"a":"1111111111111111111111","b":[1,2,' + wrong + b"]}")
    assert in_pieces(b"[0.1234567890123456789012345,1]")[1] == 1


def test_slices_make_up_the_whole() -> None:
    data = bytes(range(256)) * 1000
    assert b"".join(slices(data)) == data
    assert max(len(each) for each in slices(data)) <= SLICE


@given(
    st.lists(st.sampled_from(["a", "\x00", "\u202e", "灯"]), min_size=1, max_size=4), st.integers(1, 9), st.booleans()
)
def test_a_control_character_is_found_wherever_it_is_cut(parts: list[str], part: int, ascii: bool) -> None:
    text = json.dumps([1, {"words": ["b", "".join(parts)]}, 2], ensure_ascii=ascii).encode()
    if not UNFIT.search("".join(parts)):
        assert in_pieces(text, part)[2] == 2
        return
    with pytest.raises(ControlCharacter) as refused:
        in_pieces(text, part)
    assert refused.value.params["field"] == "#/1/words/1"


@pytest.mark.parametrize("unit", [b"a", b"\\u0061", b"[", b'{"a": '])
@pytest.mark.parametrize(
    "frame", [(b'["', b'"]'), (b'[1, {"a": "', b'"}]'), (b"[", b"1]"), (b'["a"' + b",1" * 9, b"]")]
)
def test_a_text_that_cannot_be_cut_is_short(unit: bytes, frame: tuple[bytes, bytes]) -> None:
    """A text of nineteen megabytes took the loop for three seconds: nothing in it is a comma at which to cut."""
    filling = b" " * len(unit) if frame[0].endswith((b"[", b",1")) else unit
    for part in (997, SLICE):
        in_parts(frame[0] + filling * ((LONGEST - 100) // len(unit)) + frame[1], part, piece=SLICE)
        with pytest.raises(TextTooLong):
            in_parts(frame[0] + filling * (LONGEST // len(unit) + 1), part, piece=SLICE)
