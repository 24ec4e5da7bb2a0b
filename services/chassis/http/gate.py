"""Lets callers in: reads the bearer token, and keeps each caller to a rate, before any body is read.

A caller whose token was verified before is counted by `sub`. Everybody else is counted by address before a signature is
checked, so that a flood of made-up tokens is stopped by the rate and not paid for in arithmetic. Where the route
demands a known caller, a request without a valid token is refused here; elsewhere an invalid token is ignored.
Connections that are not HTTP are refused here too.
"""

import ipaddress
import math
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.auth.refusals import TokenMissing
from services.chassis.auth.verifier import Verifier
from services.chassis.errors import CommunityError
from services.chassis.http.heads import flaw_in
from services.chassis.http.problems import problem
from services.chassis.http.rate import Buckets
from services.chassis.http.refusals import NoSuchRoute, TooManyRequests
from services.chassis.http.request_context import RequestContext, request_context_of
from services.chassis.http.routes import RouteIndex
from services.chassis.http.sockets import refuse_socket


class Gate:
    """Wraps a service's application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: RouteIndex,
        verifier: Verifier,
        callers: Buckets | None,
        addresses: Buckets | None,
        probes: Buckets | None,
        open_paths: frozenset[str],
    ) -> None:
        self._app = app
        self._routes = routes
        self._verifier = verifier
        self._callers = callers
        self._addresses = addresses
        self._probes = probes
        self._open = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._turn_away(scope, receive, send)
            return
        refusal = await self._admit(scope, request_context_of(scope))
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            error, policy = refusal
            await problem(scope, error, headers=policy)(scope, receive, send)

    async def _admit(self, scope: Scope, context: RequestContext) -> "_Refusal | None":
        flaw = flaw_in(scope, context.headers)
        if flaw is not None:
            return _limited(self._addresses, _address(scope)) or (flaw, {})
        context.demand = self._routes.demand(scope)
        if scope["path"] in self._open:
            alive = scope["path"].endswith("/livez")
            return None if alive else _limited(self._probes, _address(scope))
        refusal = await self._known(scope, context)
        if refusal is None and context.principal is None and context.demand is not None and context.demand.token:
            return context.refusal or TokenMissing(), {}
        return refusal

    async def _known(self, scope: Scope, context: RequestContext) -> "_Refusal | None":
        token = _bearer(context)
        context.principal = None if token is None else self._verifier.known(token)
        if context.principal is not None:
            return _limited(self._callers, context.principal.sub)
        refusal = _limited(self._addresses, _address(scope))
        if refusal is None and token is not None:
            try:
                context.principal = await self._verifier.verify(token)
            except CommunityError as error:
                context.refusal = error
        return refusal

    async def _turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        error, headers = _limited(self._addresses, _address(scope)) or (NoSuchRoute(), {})
        await refuse_socket(scope, receive, send, problem(scope, error, headers=headers))


_Refusal = tuple[CommunityError, dict[str, str]]


def _bearer(context: RequestContext) -> str | None:
    sent = context.headers.get(b"authorization")
    if sent is None:
        return None
    scheme, _, token = sent.decode("latin-1").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        return None
    return token


def _limited(buckets: Buckets | None, caller: str) -> _Refusal | None:
    wait = 0.0 if buckets is None else buckets.take(caller)
    if buckets is None or wait == 0:
        return None
    seconds = math.ceil(wait)
    window = math.ceil(buckets.burst / buckets.per_second)
    headers = {
        "RateLimit-Policy": f'"default";q={buckets.burst};w={window}',
        "RateLimit": f'"default";r=0;t={seconds}',
    }
    return TooManyRequests(seconds=seconds), headers


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return _network(client[0]) if client else "unknown"


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    """The network that `address` is counted under: an IPv4 address itself, of IPv6 the /64, which a single household is
    given."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
