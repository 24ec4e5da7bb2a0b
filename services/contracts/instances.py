"""Instances of a schema, the same every time: examples for people, and the corners that a compatibility check tries."""

from collections.abc import Iterator
from typing import Any

from services.contracts.schemas import Schema

MOMENT = "2026-11-23T08:00:00Z"
_FORMATS = {
    "date-time": MOMENT,
    "date": "2026-11-23",
    "time": "08:00:00",
    "duration": "PT1H",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_WORDS = "示例文字"


def full(schema: Schema) -> dict[str, Any]:
    """An instance with every field."""
    return {name: _value(field, name, schema) for name, field in schema["properties"].items()}


def least(schema: Schema) -> dict[str, Any]:
    """An instance with the required fields alone."""
    return {name: value for name, value in full(schema).items() if name in schema["required"]}


def corners(schema: Schema) -> Iterator[dict[str, Any]]:
    """The full and the least instance, and the full one with each field at each of its extremes."""
    whole = full(schema)
    yield whole
    yield least(schema)
    for name, field in schema["properties"].items():
        for value in _extremes(field, name, schema):
            yield whole | {name: value}


def resolved(field: Schema, root: Schema) -> Schema:
    """`field`, or the definition that it refers to."""
    while "$ref" in field:
        field = root.get("$defs", {})[field["$ref"].rsplit("/", 1)[1]]
    return field


def values_of_map(field: Schema) -> Schema:
    """The schema of a map's values; it stands under the keys' pattern where they have one."""
    values = [*field.get("patternProperties", {}).values(), field.get("additionalProperties")]
    return next((schema for schema in values if isinstance(schema, dict)), {})


def _value(field: Schema, name: str, root: Schema) -> Any:
    field = field if "examples" in field else resolved(field, root)
    if field.get("examples"):
        return field["examples"][0]
    if "const" in field:
        return field["const"]
    if "enum" in field:
        return field["enum"][0]
    for options in ("anyOf", "oneOf"):
        if options in field:
            return _value(field[options][0], name, root)
    return _of_type(field, name, root)


def _of_type(field: Schema, name: str, root: Schema) -> Any:
    match field.get("type"):
        case "string":
            return _string(field, name)
        case "integer" | "number":
            return _number(field)
        case "boolean":
            return True
        case "array":
            return [_value(field.get("items", {}), name, root)]
        case "object" if "properties" in field:
            return {inner: _value(schema, inner, root) for inner, schema in field["properties"].items()}
        case "object":
            return {"key": _value(values_of_map(field), name, root)}
        case _:
            return None


def _string(field: Schema, name: str) -> str:
    if field.get("format") in _FORMATS:
        return _FORMATS[field["format"]]
    word = name.replace("_", "-").lower()
    match field.get("title"):
        case "Id":
            return f"{word.removesuffix('s')}-1"
        case "Code":
            return word
        case _:
            return _WORDS


def _number(field: Schema) -> int:
    lowest, highest = _bounds(field)
    return min(max(3, lowest), highest)


def _bounds(field: Schema) -> tuple[int, int]:
    """The smallest and the greatest whole number allowed, within what a reader in any language can hold."""
    lowest = field.get("minimum", field.get("exclusiveMinimum", -1) + 1)
    highest = field.get("maximum", field.get("exclusiveMaximum", 2**31) - 1)
    return int(lowest), int(highest)


def _extremes(field: Schema, name: str, root: Schema) -> Iterator[Any]:
    field = resolved(field, root)
    for options in ("anyOf", "oneOf"):
        for option in field.get(options, ()):
            yield _value(option, name, root)
            yield from _extremes(option, name, root)
    if "const" in field:
        yield field["const"]
        return
    yield from field.get("enum", ())
    match field.get("type"):
        case "null":
            yield None
        case "boolean":
            yield from (True, False)
        case "integer" | "number":
            yield from _bounds(field)
        case "array":
            item = _value(field.get("items", {}), name, root)
            yield from ([], [item, item])
            for value in _extremes(field.get("items", {}), name, root):
                yield [value]
        case "object":
            whole = _of_type(field, name, root)
            for inner, schema in field.get("properties", {}).items():
                for value in _extremes(schema, inner, root):
                    yield whole | {inner: value}
