"""What those who run the system ask a service: does it live, is it ready, what are its figures."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from fastapi import APIRouter, Response

from services.chassis.telemetry.metrics import CONTENT_TYPE, Metrics

_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that readiness rests on, as it stands; `value` is what was measured."""

    ok: bool
    detail: str
    value: Any = None


class ReadinessCheck(Protocol):
    """Looks at one fact of the service's own business, such as the age of the oldest unsent event."""

    @property
    def name(self) -> str: ...

    async def check(self) -> Fact: ...


def probe_paths(service: str) -> frozenset[str]:
    """Every path that `probes` serves."""
    names = ("livez", "readyz", "metrics")
    return frozenset(f"{base}/{name}" for base in ("", f"/api/{service}") for name in names)


def probes(
    service: str, metrics: Metrics, checks: Sequence[ReadinessCheck], *, patience: float = _PATIENCE
) -> APIRouter:
    """`/livez`, `/readyz` and `/metrics`, at the root and under `/api/<service>`.

    Ready means that every check is content; one that raises, or takes longer than `patience` seconds, is not.
    """
    router = APIRouter(include_in_schema=False)

    async def livez() -> Response:
        return _json({"alive": True, "service": service})

    async def readyz() -> Response:
        facts = await asyncio.gather(*(_look(check, patience) for check in checks))
        ready = all(fact["ok"] for fact in facts)
        return _json({"ready": ready, "service": service, "facts": facts}, 200 if ready else 503)

    async def figures() -> Response:
        return Response(metrics.page(), media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    for base in ("", f"/api/{service}"):
        router.add_api_route(f"{base}/livez", livez, methods=["GET", "HEAD"])
        router.add_api_route(f"{base}/readyz", readyz, methods=["GET", "HEAD"])
        router.add_api_route(f"{base}/metrics", figures, methods=["GET"])
    return router


async def _look(check: ReadinessCheck, patience: float) -> dict[str, Any]:
    try:
        fact = await asyncio.wait_for(check.check(), patience)
    except TimeoutError:
        fact = Fact(False, f"no answer within {patience:g} s")
    except Exception as error:
        fact = Fact(False, f"could not be checked: {type(error).__name__}")
    return {"name": check.name, "ok": fact.ok, "detail": fact.detail, "value": fact.value}


def _json(body: Any, status: int = 200) -> Response:
    content = orjson.dumps(body, default=str)
    return Response(content, status, {"Cache-Control": "no-store"}, media_type="application/json")
