"""Completes the OpenAPI 3.1 document: every operation says which problems it may answer, in one shape."""

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from services.chassis.auth.refusals import KeysUnavailable, TokenExpired, TokenInvalid, TokenMissing
from services.chassis.errors import CommunityError, PersonGone, StaleVersion, TooMuchContention
from services.chassis.http import refusals
from services.chassis.http.command import HEADERS, CommandOfCaller
from services.chassis.http.error_formats import OWN_REFUSALS
from services.chassis.http.problems import Problem, problems
from services.chassis.http.queries import is_strict
from services.chassis.http.shared_parts import operation_id, share_parts
from services.chassis.http.texts import ControlCharacter, InvisibleText
from services.chassis.store.cursor import InvalidCursor
from services.chassis.store.receipt import IdempotencyKeyReused
from services.chassis.store.unavailable import StoreUnavailable

_REFERENCE = "#/components/schemas/{model}"
_ALWAYS: tuple[type[CommunityError], ...] = (
    refusals.Ambiguous,
    refusals.BadRequest,
    refusals.TooManyRequests,
    refusals.Unexpected,
    StoreUnavailable,
    KeysUnavailable,
)
_WITH_TOKEN: tuple[type[CommunityError], ...] = (TokenMissing, TokenInvalid, TokenExpired)
_WITH_BODY: tuple[type[CommunityError], ...] = (
    refusals.BodyNotJson,
    refusals.BodyTooDeep,
    refusals.BodyTooMany,
    refusals.TextTooLong,
    refusals.NumberOutOfRange,
    refusals.BodyTooLarge,
    refusals.UnsupportedMedia,
    refusals.HandsFull,
)
_WITH_INPUT: tuple[type[CommunityError], ...] = (refusals.RequestInvalid, ControlCharacter, InvisibleText)
_BY_PARAMETER: dict[str, tuple[type[CommunityError], ...]] = {
    "cursor": (InvalidCursor,),
    "idempotency-key": (refusals.IdempotencyKeyMalformed, IdempotencyKeyReused),
    "if-match": (refusals.IfMatchMalformed, StaleVersion, TooMuchContention, PersonGone),
}
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})


def complete(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Make `app.openapi()` give the document of `routes`, made at the first call."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            plain = get_openapi(
                title=app.title, version=app.version, openapi_version=app.openapi_version, routes=routes
            )
            _tell_headers_of_commands(plain, routes)
            app.openapi_schema = share_parts(_completed(plain))
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend it


def document(app: FastAPI, path: str) -> APIRouter:
    """Serves `app.openapi()` at `path`. The document is made in a thread, because making it takes some tenths of a
    second."""
    router = APIRouter(include_in_schema=False)
    made: list[bytes] = []

    @router.get(path)
    async def openapi() -> Response:
        if not made:
            made.append(await asyncio.to_thread(lambda: orjson.dumps(app.openapi())))
        return Response(made[0], media_type="application/json")

    return router


def _tell_headers_of_commands(document: dict[str, Any], routes: Sequence[BaseRoute]) -> None:
    for route in routes:
        if isinstance(route, APIRoute) and route.include_in_schema and _commands(route):
            for method in route.methods or ():
                operation = document["paths"][route.path_format][method.lower()]
                operation.setdefault("parameters", []).extend(dict(header) for header in HEADERS)


def _commands(route: APIRoute) -> bool:
    return any(isinstance(dependency.call, CommandOfCaller) for dependency in route.dependant.dependencies)


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template=_REFERENCE)
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for path, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            if method in _METHODS:
                operation["operationId"] = operation_id(method, path)
                _complete_operation(operation, reads=method == "get")
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def _complete_operation(operation: dict[str, Any], *, reads: bool) -> None:
    answers: dict[str, Any] = operation.setdefault("responses", {})
    plain = answers.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if plain.get("$ref", "").endswith("/HTTPValidationError"):
        del answers["422"]
    if operation.pop(OWN_REFUSALS, False):
        return
    expected: list[type[CommunityError]] = [*_ALWAYS]
    if operation.get("security"):
        expected += _WITH_TOKEN
    if "requestBody" in operation:
        expected += _WITH_BODY
    if "requestBody" in operation or operation.get("parameters"):
        expected += _WITH_INPUT
    elif reads and is_strict(answers.get("200", {}).get("content", ())):
        expected.append(refusals.RequestInvalid)
    names = {parameter.get("name", "").lower() for parameter in operation.get("parameters", ())}
    expected += [error for name, errors in _BY_PARAMETER.items() if name in names for error in errors]
    for status, answer in problems(*expected).items():
        _merge(answers, str(status), answer)
    operation["responses"] = dict(sorted(answers.items()))


def _merge(answers: dict[str, Any], status: str, answer: dict[str, Any]) -> None:
    there = answers.get(status)
    content = None if there is None else there.get("content", {}).get("application/problem+json")
    if there is None or content is None:
        answers[status] = answer
        return
    new = answer["content"]["application/problem+json"]["examples"]
    told = content.setdefault("examples", {})
    lines = [line for line in answer["description"].split("\n\n") if line not in there["description"]]
    there["description"] = "\n\n".join([there["description"], *lines])
    told.update({code: example for code, example in new.items() if code not in told})
