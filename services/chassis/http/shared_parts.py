"""Makes an OpenAPI document small: a part that stands in it more than once becomes a component, and is referred to.

A refusal is described once (`components/examples`, by its code); the refusals that an operation may answer with one
status are one response (`components/responses`), shared by all operations that have the same ones; so are parameters.
Titles that only repeat the name of their field are left out.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

Document = dict[str, Any]

_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
_PROBLEM = "application/problem+json"


def share_parts(document: Document) -> Document:
    """`document` with its repeated parts as components."""
    components = document.setdefault("components", {})
    examples: Document = components.setdefault("examples", {})
    responses: Document = components.setdefault("responses", {})
    operations = list(_operations(document))
    for operation in operations:
        for status, answer in operation["responses"].items():
            content = answer.get("content", {}).get(_PROBLEM)
            if content is not None and content.get("examples"):
                operation["responses"][status] = _shared_refusals(status, content["examples"], examples, responses)
    components["parameters"] = _share_parameters(operations)
    _drop_titles(document)
    for name in ("examples", "responses", "parameters"):
        components[name] = dict(sorted(components[name].items()))
    return document


def operation_id(method: str, path: str) -> str:
    """The name of an operation in clients: its method and the words of its path, as `postCasesByIdAccept`."""
    words = [part for part in path.split("/")[4:] if part]
    named = [f"By{_word(part[1:-1])}" if part.startswith("{") else _word(part) for part in words]
    return method + "".join(named)


def _word(part: str) -> str:
    return "".join(piece[:1].upper() + piece[1:] for piece in "".join(c if c.isalnum() else " " for c in part).split())


def _operations(document: Document) -> Iterator[Document]:
    for path in document.get("paths", {}).values():
        for method, operation in path.items():
            if method in _METHODS:
                yield operation


def _shared_refusals(status: str, told: Document, examples: Document, responses: Document) -> Document:
    for code, example in told.items():
        examples.setdefault(code, {"summary": example["value"]["detail"], **example})
    codes = sorted(told)
    name = f"{status}-{_digest([status, *codes])[:6]}"
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
    }
    description = ", ".join(f"`{code}`" for code in codes)
    responses.setdefault(name, {"description": description, "content": {_PROBLEM: content}})
    return {"$ref": f"#/components/responses/{name}"}


def _share_parameters(operations: list[Document]) -> Document:
    """Move parameters that more than one operation has into components, and let the operations refer to them. Returns
    the components by name."""
    everywhere = Counter(_digest(each) for operation in operations for each in operation.get("parameters", ()))
    shared: Document = {}
    for operation in operations:
        for place, each in enumerate(operation.get("parameters", ())):
            digest = _digest(each)
            if everywhere[digest] > 1:
                name = each["name"] if shared.get(each["name"], each) == each else f"{each['name']}-{digest}"
                shared[name] = each
                operation["parameters"][place] = {"$ref": f"#/components/parameters/{name}"}
    return shared


def _digest(part: Any) -> str:
    return hashlib.sha256(orjson.dumps(part, option=orjson.OPT_SORT_KEYS)).hexdigest()[:8]


def _drop_titles(part: Any) -> None:
    """Take away the titles of fields, which only repeat their names."""
    if isinstance(part, list):
        for each in part:
            _drop_titles(each)
    elif isinstance(part, dict):
        for name, field in (part.get("properties") or {}).items():
            if isinstance(field, dict) and _repeats(field.get("title"), name):
                del field["title"]
        schema, name = part.get("schema"), part.get("name")
        if isinstance(schema, dict) and isinstance(name, str) and _repeats(schema.get("title"), name):
            del schema["title"]
        for each in part.values():
            _drop_titles(each)


def _repeats(title: Any, name: str) -> bool:
    return isinstance(title, str) and title.replace(" ", "").casefold() == name.replace("_", "").casefold()
