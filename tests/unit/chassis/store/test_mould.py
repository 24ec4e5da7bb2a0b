"""What is cast in a mould is what would have been made; where that can't be, there is no mould."""

import hashlib
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.chassis.store.mongo import Document, encoded
from services.chassis.store.mould import SHORTEST, mould_for
from services.contracts.marks import Id

WORDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{7,39}", fullmatch=True)


def letter(id: str, person: str) -> Document:
    """A document that names its person in texts, lists and bytes."""
    return {"_id": id, "n": 7, "to": [person, {"who": person}], "raw": f'{{"to":"{person}"}}'.encode(), "text": "停水"}


@settings(max_examples=25)
@given(WORDS, st.data())
def test_each_is_as_it_would_have_been_made(person: str, data: st.DataObject) -> None:
    id = data.draw(WORDS)
    mould = mould_for(letter, id, person)
    others = st.text("abcdef0123456789", min_size=len(person), max_size=len(person))
    assert mould is not None
    for other in (person, data.draw(others)):
        assert mould.cast(id, other).raw == encoded(letter(id, other)).raw


@pytest.mark.parametrize(
    "made",
    [
        lambda id, person: {**letter(id, person), "mark": hashlib.sha256(person.encode()).hexdigest()},
        lambda id, person: {**letter(id, person), "first": person[0]},
        lambda id, person: {**letter(id, person), "mark": f"{id[::-1]}"},
    ],
)
def test_what_differs_otherwise_has_no_mould(made: Any) -> None:
    assert mould_for(made, "letter-00001", "resident-00001") is None


@pytest.mark.parametrize("person", ["short"[: SHORTEST - 1], 'quo"ted-resident', "居民居民居民居民"])
def test_who_is_called_by_no_plain_word_has_none(person: str) -> None:
    assert mould_for(letter, "letter-00001", person) is None


def test_the_words_by_which_it_is_made_are_ids_whatever_chance_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    digits = itertools.cycle((b"\x13", b"\x24"))
    monkeypatch.setattr("os.urandom", lambda count: next(digits) * count)
    ids = TypeAdapter[str](Id)

    def made(id: str, person: str) -> Document:
        return letter(ids.validate_python(id), ids.validate_python(person))

    for length in range(SHORTEST, 65):
        word = "r" * length
        assert mould_for(made, f"n{word}"[:length], word) is not None
