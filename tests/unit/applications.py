"""The application of each service, with nothing of what it stands on: for tests of what it says at its border.

Building one and describing it takes longer than what is asked of it. So each process of pytest builds it once, and one
worker plays all tests of `EACH` that ask the same service.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi import FastAPI

from services import topology
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.service import build
from tests.described import whole

EACH = [pytest.param(name, marks=pytest.mark.xdist_group(f"app-of-{name}")) for name in sorted(topology.SERVICES)]
"""The names of the services, as parameters of a test."""

_KEYS = TemporaryDirectory(prefix="sunshine-issuer-")


@cache
def application(service: str) -> tuple[FastAPI, str]:
    """The application of `service`, which is not started, and a token for it."""
    found = topology.service(service)
    settings = found.settings(
        environment="test",
        mongodb_url="mongodb://127.0.0.1:9",
        database="nowhere",
        kafka_bootstrap="127.0.0.1:9",
        auth_development_key=Path(_KEYS.name) / "key",
        rate_limit_per_second=0,
        rate_limit_address_per_second=0,
    )
    return build(found, settings), DevelopmentIssuer(settings).mint("p-1")


@cache
def document(service: str) -> dict[str, Any]:
    """The OpenAPI document of `service`, with its shared parts in place; not to be changed."""
    return whole(application(service)[0].openapi())
