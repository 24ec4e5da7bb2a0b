"""The outermost layer of a service's HTTP: it opens the trace, counts, logs, adds security headers, and answers for
errors that nothing else caught."""

import logging
import time
from typing import Literal

from opentelemetry import context as contexts
from opentelemetry.trace import SpanKind, set_span_in_context
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.http.error_formats import ErrorFormats
from services.chassis.http.problems import problem
from services.chassis.http.refusals import Unexpected
from services.chassis.http.request_context import RequestContext, enter
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.serving import Serving, serve_as
from services.chassis.telemetry.trace import parse, start, write

log = logging.getLogger(__name__)

_SLOW = 1.0
_UNMATCHED = "(none)"
_GONE = 499
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_CSP = b"content-security-policy"
_CSP_DATA = b"default-src 'none'; frame-ancestors 'none'"
_CSP_PAGE = (
    b"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_REQUEST_ID_CHARACTERS = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.")


class EntryLayer:
    """Wraps a service's application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        serving: Serving,
        metrics: Metrics,
        secure: bool,
        error_formats: ErrorFormats | None = None,
        log_requests: Literal["all", "notable"] = "notable",
    ) -> None:
        self._app = app
        self._serving = serving
        self._metrics = metrics
        self._error_formats = error_formats or ErrorFormats(())
        self._headers = [*_HEADERS, _HSTS] if secure else _HEADERS
        self._log_all = log_requests == "all"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        serve_as(self._serving)
        if scope["type"] != "http":
            if scope["type"] in ("lifespan", "websocket"):
                await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        span = start(parse(headers.get(b"traceparent", b"").decode("latin-1")), scope["method"], SpanKind.SERVER)
        token = contexts.attach(set_span_in_context(span))
        here = span.get_span_context()
        trace = f"{here.trace_id:032x}"
        enter(scope, RequestContext(headers, trace, self._error_formats.of(scope["path"])))
        answer = _Answer(
            send,
            [
                *self._headers,
                (b"traceparent", write(here).encode()),
                (b"x-request-id", _request_id(headers.get(b"x-request-id")) or trace.encode()),
            ],
            no_store=b"authorization" in headers,
        )
        try:
            await self._through(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = _template(scope)
            if span.is_recording():
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.request.method": method, "http.route": route})
                span.set_attribute("http.response.status_code", answer.status)
            self._metrics.request(method, route, answer.status, seconds)
            if self._log_all or answer.status >= 500 or seconds > _SLOW:
                extra = {"method": method, "route": route, "status": answer.status, "ms": round(seconds * 1000, 1)}
                log.info("request", extra=extra)
            span.end()
            contexts.detach(token)

    async def _through(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            answer.status = _GONE
        except Exception:
            log.exception("a request failed unexpectedly", extra={"route": _template(scope)})
            if answer.started:
                raise
            await problem(scope, Unexpected())(scope, receive, answer)


class _Answer:
    """Passes an answer on to the server, with the headers that every answer has."""

    __slots__ = ("_headers", "_no_store", "_send", "started", "status")

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]], *, no_store: bool) -> None:
        self._send = send
        self._headers = headers
        self._no_store = no_store
        self.started = False
        self.status = _GONE

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            present = dict(headers)
            headers += self._headers
            if _CSP not in present:
                page = present.get(b"content-type", b"").startswith(b"text/html")
                headers.append((_CSP, _CSP_PAGE if page else _CSP_DATA))
            if self._no_store and b"cache-control" not in present:
                headers.append((b"cache-control", b"no-store"))
            message["headers"] = headers
        await self._send(message)


def _template(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", _UNMATCHED)


def _request_id(given: bytes | None) -> bytes | None:
    return given if given and len(given) <= 64 and _REQUEST_ID_CHARACTERS.issuperset(given) else None
