"""Turns every error that a route may raise into a problem."""

import logging
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from services.chassis.auth.refusals import TokenMissing
from services.chassis.errors import CommunityError, NotYours
from services.chassis.http import refusals
from services.chassis.http.language import language_of
from services.chassis.http.problems import problem
from services.chassis.http.request_context import request_context_of
from services.chassis.http.validation import faults
from services.chassis.store.mongo import PyMongoError, is_passing
from services.chassis.store.unavailable import StoreUnavailable

log = logging.getLogger(__name__)

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


async def refused(request: Request, error: CommunityError) -> Response:
    """The answer to a `CommunityError`."""
    if error.status >= 500:
        log.warning("refused with %s", error.code)
    return problem(request.scope, error)


async def invalid(request: Request, error: RequestValidationError) -> Response:
    """The answer to a request that doesn't fit its schema, or whose body is of a kind that the route doesn't read."""
    found = error.errors()
    if any(fault["type"] == "json_invalid" for fault in found):
        return problem(request.scope, refusals.BodyNotJson(line=1, column=found[0]["loc"][-1]))
    expected = _expected_kind(request)
    if expected is not None and any(fault["loc"][:1] == ("body",) for fault in found):
        return problem(request.scope, refusals.UnsupportedMedia(expected=expected), headers={"Accept-Post": expected})
    return problem(request.scope, refusals.RequestInvalid(), errors=faults(found, language_of(request)))


async def stopped(request: Request, error: HTTPException) -> Response:
    """The answer to a request that the framework refused by itself."""
    make = _BY_STATUS.get(error.status_code)
    refusal = make(request) if make is not None else _unnamed(error.status_code)
    return problem(request.scope, refusal, headers=error.headers)


async def away(request: Request, error: PyMongoError) -> Response:
    """The answer where the store failed a query: 503, whatever the trouble is, because repeating the request is
    safe."""
    if not is_passing(error):
        raise error
    return await refused(request, StoreUnavailable())


def _expected_kind(request: Request) -> str | None:
    """The media type that the route reads, where something else was sent."""
    route = request.scope.get("route")
    sent = request.headers.get("content-type", "").split(";")[0].strip().lower()
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if not isinstance(route, APIRoute) or route.body_field is None or not has_body:
        return None
    if _reads_form(route):
        return None if sent in _FORMS else _FORMS[0]
    is_json = sent == "application/json" or (sent.startswith("application/") and sent.endswith("+json"))
    return None if is_json else "application/json"


def _reads_form(route: APIRoute) -> bool:
    field: Any = getattr(route.body_field, "field_info", None)
    return getattr(field, "media_type", "application/json") in _FORMS


def _too_large(request: Request) -> CommunityError:
    return refusals.BodyTooLarge(limit=request_context_of(request.scope).body_limit)


_BY_STATUS: dict[int, Callable[[Request], CommunityError]] = {
    400: lambda request: refusals.BadRequest(),
    401: lambda request: TokenMissing(),
    403: lambda request: NotYours(),
    404: lambda request: refusals.NoSuchRoute(),
    405: lambda request: refusals.MethodNotAllowed(method=request.method),
    413: _too_large,
    503: lambda request: refusals.HandsFull(),
}


def _unnamed(status: int) -> CommunityError:
    error = refusals.BadRequest() if status < 500 else refusals.Unexpected()
    error.status = status  # type: ignore[misc]  # a family's status, of this one alone
    return error
