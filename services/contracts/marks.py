"""Types of the fields that events carry, and the mark that each field must have.

A field is `Public[...]` (it reaches Kafka) or `Internal[...]` (it stays in the service's own journal).
Public text has one of the types below, never plain `str`, so that personal data has no way in:
people are opaque ids, words are catalogue codes, and what a person typed is masked on construction.
"""

from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, StringConstraints

from services.contracts.masking import mask
from services.contracts.text import fit


class Mark(StrEnum):
    """Where a field may go."""

    PUBLIC = "public"
    INTERNAL = "internal"


T = TypeVar("T")
Public = Annotated[T, Mark.PUBLIC]
Internal = Annotated[T, Mark.INTERNAL]

ID_PATTERN = r"^(?:[A-Za-z][A-Za-z0-9._~-]{0,63}|[0-9]{1,10}|[0-9]{1,16}[A-Za-z._~-][A-Za-z0-9._~-]{0,46})$"
CODE_PATTERN = r"^(?:[a-z][a-z0-9._-]{0,63}|[0-9]{1,10}|[0-9]{1,16}[a-z._-][a-z0-9._-]{0,46})$"

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN), Field(title="Id")]
"""Opaque id of an aggregate, a community or a person (the `sub` of their token).

Up to 64 characters. Eleven digits and more without anything else are refused, and so are seventeen digits and a letter:
they would be a phone, identity or card number.
"""

Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN), Field(title="Code")]
"""A word of a catalogue or of an enumeration that services may extend. Digits are limited as in `Id`."""


def _shown(text: str) -> str:
    return mask(fit(text))


Masked = Annotated[
    str,
    StringConstraints(max_length=4000),
    AfterValidator(_shown),
    Field(title="Masked", description="Text that a person typed, with personal numbers and addresses masked."),
]
"""Text that a person typed, masked as the model is built, and without control characters."""
