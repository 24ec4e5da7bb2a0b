"""The JSON Schema of a type as it stands on its topic: its public fields, as they are written there.

Only fields without a default are required: an event carries what changed, and a field added later has a default.
Defaults are not shown, for an absent field means «unchanged», not «the default».
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from services.contracts.declared import Declaration, description_of, field_docs, models_within
from services.contracts.envelope import SCHEMA

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


class _Published(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def public_schema(model: Declaration) -> Schema:
    """The schema of a record's value: a copy of the caller's own."""
    return deepcopy(_public_schema(model))


@cache
def _public_schema(model: Declaration) -> Schema:
    whole = model.model_json_schema(mode="serialization", schema_generator=_Published)
    described = {nested.__name__: nested for nested in models_within(model)}
    for name, nested in whole.get("$defs", {}).items():
        if name in described:
            _describe(nested, described[name])
    _describe(whole, model)
    public = [name for name in whole.get("properties", {}) if name in model.public_fields]
    schema: Schema = {
        "$schema": DIALECT,
        "$id": SCHEMA.format(type=model.type),
        "title": model.__name__,
        "description": description_of(model),
        "type": "object",
        "properties": {name: whole["properties"][name] for name in public},
        "required": [name for name in whole.get("required", ()) if name in model.public_fields],
    }
    definitions = whole.get("$defs", {})
    needed = _needed(schema, definitions)
    if needed:
        schema["$defs"] = {name: definitions[name] for name in sorted(needed)}
    return schema


def _describe(schema: Schema, model: type[BaseModel]) -> None:
    for name, text in field_docs(model).items():
        if name in schema.get("properties", {}):
            schema["properties"][name]["description"] = text
    if schema.get("description"):
        schema["description"] = description_of(model)


def _needed(schema: Schema, definitions: Mapping[str, Schema]) -> set[str]:
    needed: set[str] = set()
    waiting = list(references(schema))
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += references(definitions[name])
    return needed


def references(schema: Any) -> Iterator[str]:
    """The names of the definitions that a schema refers to."""
    if isinstance(schema, dict):
        target = schema.get("$ref")
        if isinstance(target, str):
            yield target.rsplit("/", 1)[1]
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)
