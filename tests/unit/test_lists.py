"""Every operation of every service that answers a list answers one kind of list: a page with a count. What is asked of
it with a misspelt parameter is refused."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.unit.applications import EACH, application, document
from tests.unit.test_plain_texts import operations

JSON, MAP = "application/json", "application/geo+json"
PROGRAMS = {JSON, MAP, "text/csv", "text/csv; charset=utf-8"}
OPEN311 = "/api/issues/open311/"
"""The part of an API that follows another standard, by which parameters that are not known are ignored."""
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


@pytest.mark.parametrize("service", EACH)
async def test_every_list_has_a_next_page_and_a_count(service: str) -> None:
    found = dict(lists(document(service)))
    assert len(found) > 5
    assert {path for path, fields in found.items() if not fields >= PAGE} <= ONE_THING


@pytest.mark.parametrize("service", EACH)
async def test_a_parameter_that_is_not_known_is_refused_and_the_known_ones_are_named(service: str) -> None:
    app, token = application(service)
    described, asked, ignoring = document(service), 0, set[str]()
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test", headers={"authorization": f"Bearer {token}"}
    )
    for method, path, operation in operations(described):
        if method != "GET":
            continue
        if not set(operation["responses"]["200"].get("content", {})) <= PROGRAMS or path.startswith(OPEN311):
            ignoring.add(path)
            continue
        plain = path.replace("{", "").replace("}", "")
        for language, word in (("en", "no parameters here|no such parameter"), ("zh", "不接受任何参数|没有这个参数")):
            answer = await client.get(f"{plain}?misspelt=1", headers={"accept-language": language})
            assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid"), path
            (fault,) = answer.json()["errors"]
            assert fault["parameter"] == "misspelt"
            assert re.search(word, fault["detail"])
            known = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
            assert all(name in fault["detail"] for name in known)
        assert "422" in operation["responses"], path
        asked += 1
    assert asked > 5
    assert not ignoring & set(dict(lists(described)))
