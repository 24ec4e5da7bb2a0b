"""The HTTP server of a process: uvicorn, with every wait bounded and every connection counted."""

import math
import resource
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from services.chassis.background import OF_REQUESTS
from services.chassis.http.connection import Bounds, protocol_within, watch
from services.chassis.settings.service_settings import ServiceSettings

_OWN_FILES = 512
"""What a process keeps open besides: stores, Kafka, files."""


def server_of(
    app: ASGIApp, settings: ServiceSettings, make: Callable[[uvicorn.Config], uvicorn.Server] = uvicorn.Server
) -> uvicorn.Server:
    """The server that serves `app` as `settings` say; `make` makes it of its configuration."""
    bounds = Bounds(
        head=settings.http_head_seconds,
        body=settings.http_body_seconds,
        answer=settings.http_answer_seconds,
        connections=settings.http_connections,
        idle=settings.http_idle_seconds,
    )
    _allow_files(bounds.connections + _OWN_FILES)
    config = uvicorn.Config(
        app,
        http=protocol_within(bounds),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        lifespan="on",
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=max(1, int(settings.shutdown_seconds * OF_REQUESTS)),
        timeout_keep_alive=math.ceil(settings.http_idle_seconds),
        timeout_notify=0,
    )
    server = make(config)
    config.callback_notify = watch(lambda: server.server_state.connections)
    return server


def _allow_files(count: int) -> None:
    """Raise the soft limit of open files where the hard one allows it: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
