"""Routes that take many things at once. The border parses their JSON in pieces, and the route uses that value."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from services.chassis.http.request_context import UNREAD, request_context_of


class _Parsed(Request):
    async def json(self) -> Any:
        value = request_context_of(self.scope).value
        return await super().json() if value is UNREAD else value


class BulkRoute(APIRoute):
    """The class of routes in a router that has bulky ones, which are marked with `BULKY`: `APIRouter(…,
    route_class=BulkRoute)`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_parsed(request: Request) -> Response:
            return await handle(_Parsed(request.scope, request.receive))

        return handle_parsed
