"""Decides which forms are the same request: those of which the same would be kept, however their fields are written.

Clients that send a form again write it anew: they keep fields in a hash, so that these come in another order, trim
texts that they had not trimmed, and print numbers and times in another way.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from services.issues.open311.contacts import CONTACT_FIELDS, contact_field
from services.issues.open311.form import Form, seen
from services.issues.open311.locating import degrees_in
from services.issues.open311.states import status_word
from services.issues.open311.times import time_in

_NO_CONTENT = frozenset({"api_key", "_charset_"})
"""Fields that say who sends, and in which encoding."""


def digest(form: Form, answers: Mapping[str, Any] | None = None) -> str:
    """A digest of what `form` says, which is the same for forms that say the same; `answers` are its answers as they
    are kept, where that is known. Each file counts by its content.

    The order of names makes no difference, that of values under one name does. An empty field is an absent one, and of
    a field that came several times the first counts, as everywhere.
    """
    fields = {name: text for name, value in form.fields.items() if (text := _kept(name, value))}
    pictures = [hashlib.sha256(picture).hexdigest() for picture in form.pictures]
    said = [
        sorted((name, text) for name, text in fields.items() if name not in _NO_CONTENT),
        sorted({**form.answers, **(answers or {})}.items()),
        form.addresses,
        pictures,
    ]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def _kept(name: str, value: str) -> str:
    """The value of the field `name` as it is kept, or as it is understood."""
    text = contact_field(name, value) if name in CONTACT_FIELDS else seen(value)
    return _READ.get(name, str)(text)


def _number(text: str) -> str:
    number = degrees_in(text)
    return text if number is None else repr(number + 0.0)  # of -0 too


def _time(text: str) -> str:
    at = time_in(text)
    return text if at is None or at.tzinfo is None else str(at.timestamp())


_READ: Mapping[str, Callable[[str], str]] = {
    "lat": _number,
    "long": _number,
    "status": status_word,
    "updated_datetime": _time,
}
