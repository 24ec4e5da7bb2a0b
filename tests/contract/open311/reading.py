"""Reads answers of an Open311 endpoint as the contract has them: JSON by its schemas, XML by the Spark mapping.

The schemas were written from the contract of GeoReport v2, not from what the endpoint answers.
"""

import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import jsonschema

SCHEMAS = {
    path.stem: json.loads(path.read_text("utf-8")) for path in Path(__file__).with_name("schemas").glob("*.json")
}

CONTAINERS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "service_request_updates": "request_update",
    "notes": "note",
    "photos": "photo",
}
ROOTS = {
    "discovery": "discovery",
    "services": "services",
    "definition": "service_definition",
    "taken": "service_requests",
    "token": "service_requests",
    "requests": "service_requests",
    "extended": "service_requests",
    "errors": "errors",
    "updates": "service_request_updates",
    "updated": "service_request_updates",
}
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'


def check(schema: str, value: Any) -> Any:
    """`value`, which must be as `schema` says."""
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(SCHEMAS[schema], format_checker=checker).validate(value)
    return value


def spark(element: Element) -> Any:
    """What JSON says for `element`, every scalar as its text."""
    if element.tag in CONTAINERS:
        wrong = [child.tag for child in element if child.tag != CONTAINERS[element.tag]]
        assert not wrong, f"{element.tag} holds {wrong}"
        return [spark(child) for child in element]
    if len(element):
        names = [child.tag for child in element]
        assert len(names) == len(set(names)), f"{element.tag} repeats a child"
        return {child.tag: spark(child) for child in element}
    return element.text or None


def as_texts(value: Any) -> Any:
    """`value` of JSON with every scalar as the text that XML has for it."""
    if isinstance(value, dict):
        return {name: as_texts(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_texts(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def read_xml(schema: str, content: bytes) -> Any:
    """The texts of an answer in XML under the root that `schema` has."""
    assert content.startswith(DECLARATION)
    root = fromstring(content)  # noqa: S314  our own answer
    assert root.tag == ROOTS[schema]
    assert not root.attrib
    return spark(root)
