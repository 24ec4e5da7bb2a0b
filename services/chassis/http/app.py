"""Makes the HTTP application of a service: its routers, behind the same border as every other service's.

From the outside in, a request passes: entry (trace, figures, headers, faults), CORS, gate (caller and rate), text
guard, body guard, routes.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from services.chassis.auth.build import verifier_of
from services.chassis.auth.verifier import Verifier
from services.chassis.errors import CommunityError
from services.chassis.http import faults
from services.chassis.http.body import BodyGuard
from services.chassis.http.body_budget import room_of
from services.chassis.http.catalogue import catalogue
from services.chassis.http.direct import answer_directly
from services.chassis.http.docs import docs_page
from services.chassis.http.entry import EntryLayer
from services.chassis.http.error_formats import ErrorFormats
from services.chassis.http.gate import Gate
from services.chassis.http.openapi import complete, document
from services.chassis.http.probes import Checks, probe_paths, probes
from services.chassis.http.rate import buckets_of
from services.chassis.http.routes import RouteIndex, named_first
from services.chassis.http.texts import TextGuard
from services.chassis.settings.service_settings import ServiceSettings
from services.chassis.store.mongo import PyMongoError
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.serving import Serving

_SENT = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "traceparent", "X-Request-Id")
_SEEN = ("ETag", "Location", "Link", "Retry-After", "RateLimit", "Idempotency-Replayed", "traceparent", "X-Request-Id")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Lifespan(Protocol):
    """Starts the background work of a service on entry, and stops it on exit."""

    def __call__(self, app: FastAPI, /) -> AbstractAsyncContextManager[Any]: ...


def create_app(
    service: str,
    title: str,
    settings: ServiceSettings,
    routers: Sequence[APIRouter],
    *,
    metrics: Metrics,
    verifier: Verifier | None = None,
    checks: Checks = MappingProxyType({}),
    serving: Serving | None = None,
    lifespan: Lifespan | None = None,
    version: str = "1",
) -> FastAPI:
    """The application of one service.

    Args:
        routers: with full paths, `/api/<service>/v1/…`.
        verifier: checks tokens and gives their caller; by default the one that `settings` describe.
        checks: the checks that readiness rests on, by purpose.
        serving: the service and instance that logs and spans name; by default the service, with spans that aren't
        recorded.
        lifespan: is entered when the server starts and left when it stops; it must return at once.

    Raises:
        FileNotFoundError: the files of Swagger UI are not installed.
    """
    base = f"/api/{service}"
    described = f"{base}/openapi.json"
    app = FastAPI(
        title=title,
        version=version,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        exception_handlers={
            CommunityError: faults.refused,
            RequestValidationError: faults.invalid,
            HTTPException: faults.stopped,
            PyMongoError: faults.away,
        },
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.metrics = metrics
    inside = [
        probes(service, metrics, checks),
        document(app, described),
        docs_page(f"{base}/docs", title, described),
        catalogue(service, settings.kafka_topic_prefix),
    ]
    found = [route for router in (*routers, *inside) for route in router.routes]
    complete(app, found)
    answer_directly(found)
    index = RouteIndex(named_first(found))
    app.router.routes = [index]
    app.user_middleware = _border(
        service, settings, routers, index, verifier or verifier_of(settings), metrics, serving
    )
    return app


def _border(
    service: str,
    settings: ServiceSettings,
    routers: Sequence[APIRouter],
    index: RouteIndex,
    verifier: Verifier,
    metrics: Metrics,
    serving: Serving | None,
) -> list[Middleware]:
    layers = [
        Middleware(
            EntryLayer,
            serving=serving or Serving(service),
            metrics=metrics,
            secure=settings.environment == "production",
            error_formats=ErrorFormats(routers),
            log_requests=settings.log_requests,
        )
    ]
    if settings.cors_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=_METHODS,
                allow_headers=_SENT,
                expose_headers=_SEEN,
                allow_credentials=settings.cors_credentials,
                max_age=3600,
            )
        )
    return [
        *layers,
        Middleware(
            Gate,
            routes=index,
            verifier=verifier,
            callers=buckets_of(settings.rate_limit_per_second, settings.rate_limit_burst),
            addresses=buckets_of(settings.rate_limit_address_per_second, settings.rate_limit_address_burst),
            probes=buckets_of(settings.rate_limit_probes_per_second, settings.rate_limit_probes_burst),
            open_paths=probe_paths(service),
        ),
        Middleware(TextGuard),
        Middleware(
            BodyGuard,
            limit=settings.max_body_bytes,
            upload_limit=settings.max_upload_bytes,
            room=room_of(settings.max_reading_bytes),
        ),
    ]
