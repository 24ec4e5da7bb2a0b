"""Sealing: opened by its own key for its own case and by nothing else, whatever is changed."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.store.secret import keyed_mark
from services.issues.privacy.sealing import Masters, NotOpened, UnknownMaster, fresh_key, seal, unseal

KEYS = st.binary(min_size=32, max_size=32)
ABOUT = st.lists(st.text(max_size=12), min_size=1, max_size=3)


@given(key=KEYS, content=st.binary(max_size=600), about=ABOUT)
def test_what_is_sealed_is_opened_and_does_not_show(key: bytes, content: bytes, about: list[str]) -> None:
    box = seal(key, content, *about)
    assert unseal(key, box, *about) == content
    if len(content) > 8:
        assert content not in base64.b64decode(box)


@given(key=KEYS, content=st.binary(min_size=1, max_size=60), place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_any_changed_byte_is_noticed(key: bytes, content: bytes, place: int, flip: int) -> None:
    raw = bytearray(base64.b64decode(seal(key, content, "case-1")))
    raw[place % len(raw)] ^= flip
    with pytest.raises(NotOpened):
        unseal(key, base64.b64encode(raw).decode(), "case-1")


@given(key=KEYS, other=KEYS, about=ABOUT, elsewhere=ABOUT)
def test_another_key_or_another_case_opens_nothing(
    key: bytes, other: bytes, about: list[str], elsewhere: list[str]
) -> None:
    box = seal(key, b"13812345678", *about)
    if other != key:
        with pytest.raises(NotOpened):
            unseal(other, box, *about)
    if elsewhere != about:
        with pytest.raises(NotOpened):
            unseal(key, box, *elsewhere)


@given(box=st.text(max_size=80))
def test_what_is_no_box_is_not_opened(box: str) -> None:
    with pytest.raises(NotOpened):
        unseal(bytes(32), box, "case-1")


def test_the_same_content_never_looks_the_same() -> None:
    key = fresh_key()
    assert len({seal(key, b"13812345678", "case-1") for _ in range(50)}) == 50


@given(key=KEYS, parts=ABOUT, others=ABOUT)
def test_marks_differ_as_their_parts_do(key: bytes, parts: list[str], others: list[str]) -> None:
    assert keyed_mark(key, *parts) == keyed_mark(key, *parts)
    assert (keyed_mark(key, *parts) == keyed_mark(key, *others)) == (parts == others)
    assert keyed_mark(bytes(31) + b"\1", *parts) != keyed_mark(bytes(31) + b"\2", *parts)


def test_a_data_key_belongs_to_its_own_name_and_master() -> None:
    old, new = fresh_key(), fresh_key()
    before, both = Masters("a", {"a": old}), Masters("b", {"b": new, "a": old})
    data_key = fresh_key()
    wrapped = before.wrap(data_key, "key-1")
    assert both.unwrap(wrapped, "key-1", "a") == data_key
    with pytest.raises(NotOpened):
        both.unwrap(wrapped, "key-2", "a")
    with pytest.raises(NotOpened):
        Masters("a", {"a": new}).unwrap(wrapped, "key-1", "a")
    with pytest.raises(UnknownMaster):
        Masters("b", {"b": new}).unwrap(wrapped, "key-1", "a")
    assert both.unwrap(both.wrap(data_key, "key-1"), "key-1", "b") == data_key


def test_keys_are_not_shown() -> None:
    key = fresh_key()
    assert str(key) not in repr(Masters("a", {"a": key}))
