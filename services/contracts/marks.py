"""Types of the fields that events carry, and the mark that each field must have.

A field is `Public[...]` (it reaches Kafka) or `Internal[...]` (it stays in the service's own journal).
Public text has one of the types below, never plain `str`, so that personal data has no way in:
people are opaque ids, words are catalogue codes, and what a person typed is masked on construction.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, StringConstraints

from services.contracts.masking import mask
from services.contracts.text import fit


class Mark(StrEnum):
    """The places where a field may go: topic and journal, or the journal alone."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Sort(StrEnum):
    """The sorts of fields, by what they can hold of people.

    `words` and `personal` are of the person whom the document or the event is about: they go with that person.
    `office` is what was written or noted in office, for everybody to read or on record; it stays.
    """

    PLAIN = "plain"
    PERSON = "person"
    OFFICER = "officer"
    WORDS = "words"
    OFFICE = "office"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Holds:
    """The mark of a field that says what it holds (`holding` reads it)."""

    sort: Sort


T = TypeVar("T")
Thing = Annotated[T, Holds(Sort.PLAIN)]
"""Codes, ids of things, figures: nothing of a person."""
Someone = Annotated[T, Holds(Sort.PERSON)]
"""The opaque id of a person, or several: after their erasure it is not there any more."""
Officer = Annotated[T, Holds(Sort.OFFICER)]
"""The opaque id of somebody who acted in office: it stays on record."""
Words = Annotated[T, Holds(Sort.WORDS)]
"""What the person whom it is about typed, said or pictured."""
Office = Annotated[T, Holds(Sort.OFFICE)]
"""What was written in office: titles, answers, reasons."""
Personal = Annotated[T, Holds(Sort.PERSONAL)]
"""A personal fact that is not words: where somebody lives, what they can do, how to reach them."""

Public = Annotated[T, Mark.PUBLIC]
Internal = Annotated[T, Mark.INTERNAL]

ID_PATTERN = r"^(?:[A-Za-z][A-Za-z0-9._~-]{0,63}|[0-9]{1,10}|[0-9]{1,16}[A-Za-z._~-][A-Za-z0-9._~-]{0,46})$"
CODE_PATTERN = r"^(?:[a-z][a-z0-9._-]{0,63}|[0-9]{1,10}|[0-9]{1,16}[a-z._-][a-z0-9._-]{0,46})$"

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN), Field(title="Id")]
"""Opaque id of an aggregate, a community or a person (the `sub` of their token).

Up to 64 characters. Eleven digits and more without anything else are refused, and so are seventeen digits and a letter:
they would be a phone, identity or card number.
"""

PersonId = Annotated[Id, Holds(Sort.PERSON)]
"""The `sub` of somebody whom it concerns. On erasure it goes from whatever a service keeps."""

OfficerId = Annotated[Id, Holds(Sort.OFFICER)]
"""The `sub` of somebody who acted in office: who dispatched, walked, verified. It stays on record."""

Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN), Field(title="Code")]
"""A word of a catalogue or of an enumeration that services may extend. Digits are limited as in `Id`."""


def _shown(text: str) -> str:
    return mask(fit(text))


_MASKED = Field(title="Masked", description="Text that a person typed, with personal numbers and addresses masked.")

Masked = Annotated[
    str,
    StringConstraints(max_length=4000),
    AfterValidator(_shown),
    _MASKED,
]
"""Text that a person typed, masked as the model is built, and without control characters."""

CatalogueWords = Annotated[str, StringConstraints(max_length=4000), AfterValidator(lru_cache(512)(_shown)), _MASKED]
"""The same for words of a catalogue, which stand in every case again: what was masked lately is not masked anew."""
