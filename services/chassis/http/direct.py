"""Answers requests to plain routes without FastAPI's general way, which gives the same answer and takes longer.

A route is plain if its endpoint returns a Response and takes nothing but parameters of the path, a JSON body, the
request, and dependencies that take the request alone. Path and body are validated by FastAPI's own fields. As soon as
anything does not fit, FastAPI answers the request from the beginning, so that refusals are exactly FastAPI's.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Body
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.http.demands import JSON
from services.chassis.http.request_context import UNREAD, request_context_of

_OF_THE_GENERAL_WAY = (
    "query_params",
    "header_params",
    "cookie_params",
    "http_connection_param_name",
    "websocket_param_name",
    "background_tasks_param_name",
    "response_param_name",
    "security_scopes_param_name",
)
_JSON = JSON.encode()

Endpoint = Callable[..., Awaitable[Response]]


def answer_directly(routes: Iterable[BaseRoute]) -> None:
    """Let those of `routes` that are plain answer directly."""
    for route in routes:
        if isinstance(route, APIRoute) and not isinstance(route.app, _Direct) and _is_plain(route):
            route.app = _Direct(route, route.app)


class _Direct:
    """The application of one plain route; `usual` is the one that FastAPI has made."""

    def __init__(self, route: APIRoute, usual: ASGIApp) -> None:
        dependant = route.dependant
        self._usual = usual
        self._endpoint: Endpoint = route.endpoint
        self._request = dependant.request_param_name
        self._depends = [(each.name, each.request_param_name, each.call) for each in dependant.dependencies]
        self._path = [(field.alias, field.name, field.validate) for field in dependant.path_params]
        self._body = [(field.name, field.validate) for field in dependant.body_params]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        arguments = await self._arguments(request)
        if arguments is None:
            await self._usual(scope, receive, send)
            return
        response = await self._endpoint(**arguments)
        await response(scope, receive, send)

    async def _arguments(self, request: Request) -> dict[str, Any] | None:
        """The arguments for the endpoint; None where the request doesn't fit. Nothing of the body was received then, so
        that FastAPI can read it."""
        found: dict[str, Any] = {}
        context = request_context_of(request.scope)
        if self._body:
            kind = context.headers.get(b"content-type", b"").split(b";")[0].strip().lower()
            if context.value is UNREAD or kind != _JSON:
                return None
        for name, asked, call in self._depends:
            given: Any = await call() if asked is None else await call(**{asked: request})  # type: ignore[misc]
            if name is not None:
                found[name] = given
        for alias, name, validate in self._path:
            found[name], errors = validate(request.path_params[alias], {}, loc=("path", alias))
            if errors:
                return None
        for name, validate in self._body:
            found[name], errors = validate(context.value, {}, loc=("body",))
            if errors:
                return None
        if self._request is not None:
            found[self._request] = request
        return found


def _is_plain(route: APIRoute) -> bool:
    dependant, calls = route.dependant, [each.call for each in route.dependant.dependencies]
    return (
        inspect.iscoroutinefunction(route.endpoint)
        and inspect.signature(route.endpoint).return_annotation is Response
        and not any(getattr(dependant, name) for name in _OF_THE_GENERAL_WAY)
        and len(dependant.body_params) < 2
        and not route._embed_body_fields
        and all(type(field.field_info) is Body and not field.field_info.embed for field in dependant.body_params)
        and all(map(_asks_for_the_request_alone, dependant.dependencies))
        and len(set(map(id, calls))) == len(calls)
    )


def _asks_for_the_request_alone(dependant: Dependant) -> bool:
    call = dependant.call
    return (
        (inspect.iscoroutinefunction(call) or (callable(call) and inspect.iscoroutinefunction(type(call).__call__)))
        and dependant.concurrency is None
        and not dependant.dependencies
        and not dependant.path_params
        and not dependant.body_params
        and not any(getattr(dependant, name) for name in _OF_THE_GENERAL_WAY)
    )
