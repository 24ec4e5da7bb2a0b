"""Stored documents change by addition only: a rolling upgrade has both versions at work, and may be taken back by one.

A new version reads what the one before has stored, and the one before what the new one stores: a new field has a
default and is ignored by who doesn't know it; none goes, changes its type or becomes narrower. What must go is not used
for one version, and goes in the next; what changes its shape is a new field, filled by a sweep that may be broken off
and begun again, while both are read. `released_documents.json` holds the shapes of the last release:
`python -m tests.contract.test_documents` writes them anew, at a release and never to quiet this test.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from services.chassis.aggregate import Aggregate
from services.contracts.compatibility import differing
from services.topology import SERVICES, service

RELEASED = Path(__file__).with_name("released_documents.json")


def _shapes(name: str) -> dict[str, Any]:
    return {kind.collection: _plain(kind.model.model_json_schema()) for kind in service(name).kinds}


def _plain(schema: Any) -> Any:
    """Without what is only for people."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    words = {key for key in ("title", "description", "examples") if isinstance(schema.get(key), str | list)}
    return {key: _plain(value) for key, value in schema.items() if key not in words}


@pytest.mark.parametrize("name", SERVICES)
def test_both_versions_read_what_the_other_stores(name: str) -> None:
    released, present = json.loads(RELEASED.read_text("utf-8"))[name], _shapes(name)
    assert released.keys() <= present.keys(), "a collection is gone, and what is in it"
    found = {collection: differing(shape, present[collection]) for collection, shape in released.items()}
    assert {collection: told for collection, told in found.items() if told} == {}


def test_what_a_version_does_not_know_is_passed_over() -> None:
    class Lamp(Aggregate):
        on: bool = False

    assert Lamp.model_validate({"id": "lamp-1", "community": "c", "brightness": 3}) == Lamp(id="lamp-1", community="c")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"properties": {}}, "removed"),
        ({"required": ["on"]}, "became required"),
        ({"properties": {"on": {"type": "string"}}}, "can't be"),
        ({"properties": {"on": {"type": "boolean"}, "at": {"type": "string"}}, "required": ["at"]}, "new and required"),
    ],
)
def test_what_would_break_is_told(change: dict[str, Any], told: str) -> None:
    before = {"type": "object", "properties": {"on": {"type": "boolean"}}}
    assert told in " ".join(differing(before, before | change))
    assert differing(before, before) == []


if __name__ == "__main__":
    shapes = {name: _shapes(name) for name in SERVICES}
    RELEASED.write_text(json.dumps(shapes, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n", "utf-8")
    sys.exit(0)
