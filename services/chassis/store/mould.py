"""A mould of documents that differ in nothing but their id and the one person whom they are for.

A message to a hundred thousand people is decided, checked and encoded once; each document is then a copy of the bytes
with two strings replaced. The strings keep their length, because in BSON everything that contains a string also holds
its length: so one mould serves people whose ids are equally long.
"""

import os
from collections.abc import Callable

from services.chassis.store.mongo import Document, Encoded, encoded

SHORTEST = 8
"""The shortest string that is replaced, since a shorter one might stand in a document by chance."""


class Mould:
    """Makes the documents of other ids and people, whose lengths are those of the mould's own."""

    def __init__(self, make: Callable[[str, str], Document], id: int, person: int) -> None:
        self._id, self._person = _stand_in(id), _stand_in(person)
        self._bytes = bytes(encoded(make(self._id.decode(), self._person.decode())).raw)

    def cast(self, id: str, person: str) -> Encoded:
        """The document of `id` for `person`."""
        return Encoded(self._bytes.replace(self._id, id.encode()).replace(self._person, person.encode()))


def mould_for(make: Callable[[str, str], Document], id: str, person: str) -> Mould | None:
    """The mould of the documents that `make` makes for ids and people as long as `id` and `person`. None where the
    documents differ in anything else, or where these are no plain words (which JSON does not escape).
    """
    if min(len(id), len(person)) < SHORTEST or not (_is_plain(id) and _is_plain(person)):
        return None
    mould = Mould(make, len(id), len(person))
    return mould if mould.cast(id, person).raw == encoded(make(id, person)).raw else None


def _is_plain(word: str) -> bool:
    return word.isascii() and word.replace("-", "").replace("_", "").replace(".", "").isalnum()


def _stand_in(length: int) -> bytes:
    """A word that stands nowhere by chance, and is an id: one of digits alone might be a telephone number, which no id
    is."""
    return f"x{os.urandom(length).hex()}"[:length].encode()
