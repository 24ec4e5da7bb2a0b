"""Beneath a prefix with an error format every refusal has that format, whoever refuses; elsewhere nothing changes."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import Query, Response

from services.chassis.errors import CommunityError
from services.chassis.http.app import create_app
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.error_formats import OWN_REFUSALS, ErrorFormatRouter, Faults, Scope
from services.chassis.telemetry.metrics import Metrics
from tests.unit.chassis.http.gateway import BedTaken, Plant, router, settings

BASE = "/api/garden/feed"


def in_plain_words(scope: Scope, error: CommunityError, errors: Faults | None, headers: Mapping[str, str]) -> Response:
    return Response(f"{error.code} {len(errors or ())}", 400, headers=dict(headers), media_type="text/plain")


feed = ErrorFormatRouter(prefix=BASE, error_format=in_plain_words, tags=["feed"])


@feed.get("/one", openapi_extra={OWN_REFUSALS: True})
async def one(number: Annotated[int, Query()]) -> int:
    return number


@feed.get("/closed")
async def closed(principal: PrincipalDep) -> str:
    return principal.sub


@feed.get("/taken")
async def taken() -> None:
    raise BedTaken(bed=1)


@feed.get("/broken")
async def broken() -> None:
    raise RuntimeError("the password is hunter2")


@feed.post("/plants")
async def plants(body: Plant) -> str:
    return body.name


@pytest.fixture
async def caller(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app("garden", "Garden", settings(tmp_path), [router, feed], metrics=Metrics())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://garden.example.org") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/one?number=x", "request.invalid 1"),
        ("/closed", "token.missing 0"),
        ("/taken", "bed.taken 0"),
        ("/broken", "unexpected 0"),
        ("/nothing", "route.unknown 0"),
        ("/plants", "method.not-allowed 0"),
    ],
)
async def test_every_refusal_beneath_the_prefix_has_its_format(caller: httpx.AsyncClient, path: str, said: str) -> None:
    answer = await caller.get(BASE + path)
    assert (answer.status_code, answer.text) == (400, said)


async def test_refusals_of_the_border_have_the_format_too(caller: httpx.AsyncClient) -> None:
    large = await caller.post(f"{BASE}/plants", content=b" " * 2_000_000, headers={"content-type": "text/xml"})
    broken = await caller.post(f"{BASE}/plants", content=b"{", headers={"content-type": "application/json"})
    assert (large.text, broken.text) == ("body.too-large 0", "body.not-json 0")


async def test_a_refusal_by_the_rate_has_the_format_and_its_headers(tmp_path: Path) -> None:
    slow = settings(tmp_path, rate_limit_address_per_second=0.01, rate_limit_address_burst=1)
    app = create_app("garden", "Garden", slow, [router, feed], metrics=Metrics())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://garden.example.org") as client:
        await client.get(f"{BASE}/nothing")
        answer = await client.get(f"{BASE}/nothing")
    assert answer.text == "rate.limited 0"
    assert int(answer.headers["retry-after"]) > 1


async def test_the_address_of_the_prefix_itself_belongs_to_it(caller: httpx.AsyncClient) -> None:
    for path in (BASE, f"{BASE}/", f"{BASE}.xml"):
        assert (await caller.get(path)).text == "route.unknown 0", path


async def test_elsewhere_problem_details_are_spoken(caller: httpx.AsyncClient) -> None:
    for path in ("/api/garden/v1/closed", f"{BASE}ing", "/api/garden"):
        assert (await caller.get(path)).headers["content-type"] == "application/problem+json"


async def test_an_operation_that_documents_its_own_refusals_is_left_so(caller: httpx.AsyncClient) -> None:
    paths = (await caller.get("/api/garden/openapi.json")).json()["paths"]
    assert set(paths[f"{BASE}/one"]["get"]["responses"]) == {"200"}
    assert OWN_REFUSALS not in paths[f"{BASE}/one"]["get"]
    assert "429" in paths[f"{BASE}/closed"]["get"]["responses"]
