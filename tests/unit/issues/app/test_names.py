"""Whoever reads an answer reads what units, places and categories are called beside their ids, wherever these stand."""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.unit.applications import document
from tests.unit.test_plain_texts import operations

KINDS = {
    "unit": {"unit", "units", "first_unit", "previous_unit", "rehearsed"},
    "place": {"place", "places", "building", "buildings", "parent", "path", "at"},
    "category": {"category", "categories"},
}
"""The fields that hold ids or codes of each kind."""

NAMED = {
    "unit": {"unit", "units", "missed"},
    "place": {"place", "places", "building", "buildings", "at"},
    "category": {"category", "categories"},
}
"""The fields of `names` that hold words for each kind."""

BESIDE = {
    "unit": ({"unit_title"},),
    "place": ({"building_title"},),
    "category": ({"zh", "en"}, {"category_zh", "category_en"}),
}
"""The fields that hold the words where there are no `names`."""

ONE_TITLE = {("DeskCount", "unit"), ("FoundIn", "place"), ("LineView", "unit"), ("StepView", "place")}
"""Answers that have one id and one title, which is its own."""

NOTHING_TO_NAME = {
    ("CategoryView", "unit"): "the code that the staff write into the catalogue, and no id",
    ("EditionView", "category"): "a number of categories",
    ("Progress", "place"): "a time",
    ("TakenView", "place"): "a time",
    ("ReportForm", "place"): "the steps of a path, each with its title",
    ("Prefilled", "place"): "the place whose path stands in the same answer",
    ("Span", "unit"): "of time",
    ("TextSuggestion", "category"): "the categories, each with its words",
}


def told(document: dict[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """Each schema that an answer holds, with the names of those around it, from the answer down to itself."""
    schemas = document["components"]["schemas"]
    seen = set[tuple[str, ...]]()
    for _, path, operation in operations(document):
        if "/open311/v2/" in path:
            continue
        for code, answer in operation["responses"].items():
            if not code.startswith("2"):
                continue
            waiting: list[tuple[tuple[str, ...], str]] = [((), name) for name in refs(answer)]
            while waiting:
                around, name = waiting.pop()
                chain = (*around, name)
                if name in around or chain in seen:
                    continue
                seen.add(chain)
                yield name, chain
                waiting += [(chain, inner) for inner in refs(schemas[name])]


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rsplit("/", 1)[-1]
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def names(schemas: dict[str, Any], schema: str, kind: str) -> bool:
    """Whether `schema` has words for what is of this `kind`."""
    fields = schemas[schema].get("properties", {})
    if any(fields.keys() >= beside for beside in BESIDE[kind]) or (schema, kind) in ONE_TITLE:
        return True
    if "names" not in fields:
        return False
    models = list(refs(fields["names"]))
    return not models or any(schemas[model].get("properties", {}).keys() & NAMED[kind] for model in models)


async def test_every_id_in_an_answer_has_its_name_beside_it() -> None:
    described = document("issues")
    schemas, nameless, looked = described["components"]["schemas"], set[tuple[str, str]](), 0
    for schema, around in told(described):
        if schema.endswith("Names"):
            continue
        for kind, fields in KINDS.items():
            if not schemas[schema].get("properties", {}).keys() & fields:
                continue
            looked += 1
            if not any(names(schemas, each, kind) for each in around):
                nameless.add((schema, kind))
    assert looked > 50
    assert nameless == NOTHING_TO_NAME.keys()
