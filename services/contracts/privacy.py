"""Finds fields of the published language that could carry personal data.

It looks at the schemas, which are what is published: a text must be an `Id`, a `Code`, a `Masked`, a word of an
enumeration or a date, whatever the depth; anything that takes any value is refused; and no field may have the name of a
personal fact, whatever its type.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter

from services.contracts.declared import Declaration
from services.contracts.marks import CODE_PATTERN, ID_PATTERN, Code, Id, Masked
from services.contracts.schemas import Schema, public_schema

_SAFE_FORMATS = frozenset({"date-time", "date", "time", "duration", "uuid"})

# fmt: off
_PERSONAL = frozenset((
    "name", "names", "surname", "forename", "nickname", "fullname", "realname", "username", "phone", "telephone",
    "tel", "mobile", "cellphone", "fax", "email", "mail", "address", "addresses", "addr", "street", "zip",
    "postcode", "home", "room", "flat", "apartment", "door", "birth", "birthday", "birthdate", "birthplace", "dob",
    "age", "gender", "sex", "ethnicity", "religion", "nationality", "health", "disease", "diagnosis", "disability",
    "marital", "party_member", "idcard", "identity", "ssn", "passport", "licence", "license", "plate", "bank",
    "card", "iban", "wechat", "weixin", "qq", "weibo", "contact", "contacts", "ip", "latitude", "longitude", "lat",
    "lon", "lng", "coordinates", "gps", "photo_url", "avatar", "portrait", "signature", "fingerprint", "password",
    "token", "secret",
))
"""Words of a field's name, or two of them together."""
# fmt: on
_ALLOWED_NAMES = frozenset({"min_age", "max_age"})
"""Limits that an activity sets, not facts of a person."""


def _shape(type_: Any) -> Schema:
    schema = TypeAdapter(type_).json_schema()
    return {key: value for key, value in schema.items() if key != "description"}


_SAFE_TEXTS = tuple(_shape(mark) for mark in (Id, Code, Masked))
_SAFE_PATTERNS = frozenset((ID_PATTERN, CODE_PATTERN))


def leaks(models: Iterable[Declaration]) -> list[str]:
    """One sentence for each public field that could carry personal data."""
    return [sentence for model in models for sentence in _leaks(model)]


def _leaks(model: Declaration) -> Iterator[str]:
    schema = public_schema(model)
    yield from _in_object(schema, schema, f"{model.type}: ", frozenset())


def _in_object(schema: Schema, root: Schema, where: str, above: frozenset[str]) -> Iterator[str]:
    if schema.get("additionalProperties") or schema.get("patternProperties"):
        yield from _in_map(schema, root, where.rstrip(".: "), above)
    for name, field in schema.get("properties", {}).items():
        path = f"{where}{name}"
        if word := _personal_word(name):
            yield f"{path} has the name of a personal fact ({word}); keep it in the service, or name what it really is."
        yield from _in_field(field, root, path, above)


def _in_field(field: Schema, root: Schema, path: str, above: frozenset[str]) -> Iterator[str]:
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        if name not in above:
            yield from _in_field(root["$defs"][name], root, path, above | {name})
        return
    options = [*field.get("anyOf", ()), *field.get("oneOf", ()), *field.get("allOf", ())]
    for option in options:
        yield from _in_field(option, root, path, above)
    if options or "enum" in field or "const" in field:
        return
    match field.get("type"):
        case "string":
            if not _is_safe_text(field):
                yield f"{path} is text of any kind; make it an Id, a Code or Masked, or mark it Internal."
        case "array":
            for item in (*field.get("prefixItems", ()), field.get("items", {} if "prefixItems" not in field else None)):
                if item is not None:
                    yield from _in_field(item, root, f"{path}[]", above)
        case "object":
            if field.keys().isdisjoint({"properties", "additionalProperties", "patternProperties"}):
                yield f"{path} takes any value; say what it holds."
            yield from _in_object(field, root, f"{path}.", above)
        case "integer" | "number" | "boolean" | "null":
            return
        case _:
            yield f"{path} takes any value; say what it holds."


def _in_map(field: Schema, root: Schema, path: str, above: frozenset[str]) -> Iterator[str]:
    keys, by_pattern = field.get("propertyNames", {}), field.get("patternProperties", {})
    if not (by_pattern.keys() <= _SAFE_PATTERNS if by_pattern else "enum" in keys or "$ref" in keys):
        yield f"{path} has keys of any kind; use a list of models, or keys that are an Id or a Code."
    values = [*by_pattern.values()] if by_pattern else [field["additionalProperties"]]
    for value in values:
        yield from _in_field(value if isinstance(value, dict) else {}, root, f"{path}{{}}", above)


def _is_safe_text(field: Schema) -> bool:
    if field.get("format") in _SAFE_FORMATS:
        return True
    kept = {key: value for key, value in field.items() if key not in {"description", "examples"}}
    return kept in _SAFE_TEXTS


def _personal_word(name: str) -> str | None:
    if name in _ALLOWED_NAMES:
        return None
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower().split("_")
    pairs = list(pairwise(words))
    spellings = (*words, *("_".join(pair) for pair in pairs), *("".join(pair) for pair in pairs))
    return next((word for word in spellings if word in _PERSONAL), None)
