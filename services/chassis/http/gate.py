"""Who comes in and how often: reads the bearer token, and keeps each caller to a rate.

A caller whose token is known is counted by `sub`. Everybody else is counted by address, before a signature is checked:
made-up tokens cost their sender a place in the queue, not us the arithmetic. A token that isn't believed stops nobody
here; routes that ask for a principal refuse it.
"""

import ipaddress
import math
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.auth.refusals import TokenInvalid
from services.chassis.auth.verifier import Verifier
from services.chassis.errors import CommunityError
from services.chassis.http.passage import Passage, passage_of
from services.chassis.http.problems import problem
from services.chassis.http.rate import Buckets
from services.chassis.http.refusals import TooManyRequests


class Gate:
    """Wraps a service's application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        verifier: Verifier,
        callers: Buckets | None,
        addresses: Buckets | None,
        open_paths: frozenset[str],
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._callers = callers
        self._addresses = addresses
        self._open = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._open:
            await self._app(scope, receive, send)
            return
        refusal = await self._admit(scope, passage_of(scope))
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            error, policy = refusal
            await problem(scope, error, headers=policy)(scope, receive, send)

    async def _admit(self, scope: Scope, passage: Passage) -> tuple[CommunityError, dict[str, str]] | None:
        token = _bearer(scope, passage)
        passage.principal = None if token is None else self._verifier.known(token)
        if passage.principal is not None:
            return _limited(self._callers, passage.principal.sub)
        refusal = _limited(self._addresses, _address(scope))
        if refusal is None and token is not None:
            try:
                passage.principal = await self._verifier.verify(token)
            except CommunityError as error:
                passage.refusal = error
        return refusal


def _bearer(scope: Scope, passage: Passage) -> str | None:
    sent = passage.headers.get(b"authorization")
    if sent is None:
        return None
    scheme, _, token = sent.decode("latin-1").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        return None
    if sum(name == b"authorization" for name, _ in scope["headers"]) > 1:
        passage.refusal = TokenInvalid()
        return None
    return token


def _limited(buckets: Buckets | None, caller: str) -> tuple[CommunityError, dict[str, str]] | None:
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
    """An IPv4 address itself; of IPv6 the /64, since a single household is given that many."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
