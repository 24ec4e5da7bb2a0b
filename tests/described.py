"""Reads OpenAPI documents as a test wants them: with the shared parts where they are used."""

from typing import Any

_SHARED = ("#/components/responses/", "#/components/parameters/", "#/components/examples/")


def whole(document: dict[str, Any]) -> dict[str, Any]:
    """`document` with its shared responses, parameters and examples in place; schemas stay references."""
    found: dict[str, Any] = _put_in(document, document["components"])
    return found


def _put_in(part: Any, components: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_put_in(each, components) for each in part]
    if not isinstance(part, dict):
        return part
    at = part.get("$ref")
    if isinstance(at, str) and at.startswith(_SHARED):
        kind, name = at.removeprefix("#/components/").split("/", 1)
        return _put_in(components[kind][name], components)
    return {name: _put_in(each, components) for name, each in part.items()}
