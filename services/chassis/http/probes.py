"""Tells operators whether a service lives, what it is ready for, and its figures.

Readiness has three purposes: to take commands, to exchange events with others, and to answer readers with fresh data.
`/readyz` tells the first alone, for an edge obeys it: if Kafka's absence counted, the edge would take out every
replica, though commands go on. The other two are for alerts, at `/readyz/consuming` and `/readyz/reading`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Protocol

import orjson
from fastapi import APIRouter, Response

from services.chassis.http.rationed import Rationed
from services.chassis.telemetry.metrics import CONTENT_TYPE, Metrics


class Purpose(StrEnum):
    """A purpose for which a replica may be ready."""

    COMMANDS = "commands"
    CONSUMING = "consuming"
    READING = "reading"


PATIENCE = {Purpose.COMMANDS: 2.0, Purpose.CONSUMING: 1.0, Purpose.READING: 1.0}
"""Seconds after which a check that has not answered counts as failed, by purpose."""


@dataclass(frozen=True, slots=True)
class Fact:
    """The result of one check: whether it is content, a sentence, and the `value` that was measured."""

    ok: bool
    detail: str
    value: Any = None


class ReadinessCheck(Protocol):
    """Checks one fact of the service's own business, such as the age of the oldest unsent event."""

    @property
    def name(self) -> str: ...

    async def check(self) -> Fact: ...


Checks = Mapping[Purpose, Sequence[ReadinessCheck]]
Told = tuple[dict[str, Any], int]
"""The body of an answer and its status."""


def probe_paths(service: str) -> frozenset[str]:
    """Every path that `probes` serves."""
    names = ("livez", "readyz", *(f"readyz/{purpose}" for purpose in Purpose), "metrics")
    return frozenset(f"{base}/{name}" for base in ("", f"/api/{service}") for name in names)


def probes(
    service: str, metrics: Metrics, checks: Checks, *, patience: Mapping[Purpose, float] = PATIENCE
) -> APIRouter:
    """`/livez`, `/readyz`, `/readyz/<purpose>` and `/metrics`, at the root and under `/api/<service>`.

    A service is ready for a purpose if every check of that purpose is content. A check that raises, or takes longer
    than its patience, is not content, and does not hold up the answer for longer.
    """
    router = APIRouter(include_in_schema=False)
    looks = {of: [_Look(check, of, patience[of]) for check in checks.get(of, ())] for of in Purpose}

    async def livez() -> Response:
        return _json({"alive": True, "service": service})

    async def all_facts() -> Told:
        facts = await asyncio.gather(*(look.fact() for purpose in Purpose for look in looks[purpose]))
        verdicts = {purpose.value: all(fact["ok"] for fact in facts if fact["of"] == purpose) for purpose in Purpose}
        ready = verdicts[Purpose.COMMANDS]
        return {"ready": ready, "service": service, **verdicts, "facts": facts}, 200 if ready else 503

    async def facts_of(purpose: Purpose) -> Told:
        facts = await asyncio.gather(*(look.fact() for look in looks[purpose]))
        ready = all(fact["ok"] for fact in facts)
        return {"ready": ready, "service": service, "facts": facts}, 200 if ready else 503

    async def page() -> bytes:
        return metrics.page()

    looked, drawn = Rationed(all_facts), Rationed(page)

    async def readyz() -> Response:
        return _json(*await looked())

    async def figures() -> Response:
        return Response(await drawn(), media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    def asked_for(purpose: Purpose) -> Any:
        looked = Rationed(partial(facts_of, purpose))

        async def asked() -> Response:
            return _json(*await looked())

        return asked

    for base in ("", f"/api/{service}"):
        router.add_api_route(f"{base}/livez", livez, methods=["GET", "HEAD"])
        router.add_api_route(f"{base}/readyz", readyz, methods=["GET", "HEAD"])
        for purpose in Purpose:
            router.add_api_route(f"{base}/readyz/{purpose}", asked_for(purpose), methods=["GET", "HEAD"])
        router.add_api_route(f"{base}/metrics", figures, methods=["GET"])
    return router


class _Look:
    """Runs one check, once at a time: callers who come meanwhile wait for the same result."""

    def __init__(self, check: ReadinessCheck, purpose: Purpose, patience: float) -> None:
        self._check = check
        self._purpose = purpose
        self._patience = patience
        self._asking: asyncio.Task[Fact] | None = None

    async def fact(self) -> dict[str, Any]:
        """The result of the check, as JSON. A check that doesn't answer in time is left running, and the result says
        so."""
        asking = self._asking
        if asking is None or asking.done():
            asking = self._asking = asyncio.create_task(self._check.check())
        await asyncio.wait({asking}, timeout=self._patience)
        fact = self._told(asking)
        return {
            "name": self._check.name,
            "of": self._purpose.value,
            "ok": fact.ok,
            "detail": fact.detail,
            "value": fact.value,
        }

    def _told(self, asking: "asyncio.Task[Fact]") -> Fact:
        if not asking.done():
            asking.add_done_callback(_heard)
            return Fact(False, f"did not answer in {self._patience:g} s")
        error = asyncio.CancelledError() if asking.cancelled() else asking.exception()
        return asking.result() if error is None else Fact(False, f"could not be checked: {type(error).__name__}")


def _heard(asking: "asyncio.Task[Fact]") -> None:
    """Retrieve the error of a check that ended too late, so that asyncio does not report it; its lateness was already
    told."""
    if not asking.cancelled():
        asking.exception()


def _json(body: Any, status: int = 200) -> Response:
    content = orjson.dumps(body, default=str)
    return Response(content, status, {"Cache-Control": "no-store"}, media_type="application/json")
