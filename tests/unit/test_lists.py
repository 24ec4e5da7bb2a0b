"""Every operation of every service that answers a list answers one kind of list: a page with a count."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services import topology
from tests.described import whole
from tests.unit.test_plain_texts import application, operations

JSON, MAP = "application/json", "application/geo+json"
PAGE = {"next", "total", "at_least"}
ONE_THING = {"/api/issues/v1/categories"}
"""An edition of the catalogue is one thing with a version of its own, though it has `items`."""


def lists(document: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """The path of each operation that answers a list, and the fields of the answer."""
    for method, path, operation in operations(document):
        answered = operation["responses"].get("200", {}).get("content", {})
        for schema in (answered[kind]["schema"] for kind in (JSON, MAP) if method == "GET" and kind in answered):
            named = document["components"]["schemas"].get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
            fields = set(named.get("properties", {}))
            if fields & {"items", "features"}:
                yield path, fields


@pytest.mark.parametrize("service", sorted(topology.SERVICES))
async def test_every_list_has_a_next_page_and_a_count(service: str, tmp_path: Path) -> None:
    app, _ = application(service, tmp_path)
    found = dict(lists(whole(app.openapi())))
    assert len(found) > 5
    assert {path for path, fields in found.items() if not fields >= PAGE} <= ONE_THING
