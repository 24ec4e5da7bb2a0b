"""Several services under one origin: its own probes pass the gates of the services for which they speak."""

import httpx
import pytest
from fastapi import FastAPI

from services.chassis.http.combined_app import CombinedApp
from tests.unit.chassis.http.gateway import Gateway


@pytest.fixture
def origin(gateway: Gateway) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(CombinedApp({"garden": gateway.app}, "garden"))
    return httpx.AsyncClient(transport=transport, base_url="http://town")


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_probes_are_answered_to_get_and_head(origin: httpx.AsyncClient, path: str) -> None:
    got, headed = await origin.get(path), await origin.head(path)
    assert (got.status_code, headed.status_code) == (200, 200)
    told = got.json()
    assert told == {"status": "alive"} or (told["ready"], list(told["services"])) == (True, ["garden"])


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
@pytest.mark.parametrize("method", ["TRACE", "POST", "DELETE", "CONNECT"])
async def test_probes_take_no_other_method(origin: httpx.AsyncClient, path: str, method: str) -> None:
    answer = await origin.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_a_head_that_can_be_read_in_two_ways_is_refused(origin: httpx.AsyncClient, path: str) -> None:
    answer = await origin.get(path, headers=[("Host", "a"), ("Host", "b")])
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


async def test_other_pages_are_those_of_the_service_that_is_named(gateway: Gateway) -> None:
    combined = CombinedApp({"square": FastAPI(), "garden": gateway.app}, "square", {"beds": "garden"})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(combined), base_url="http://town") as origin:
        beds, other = await origin.get("/beds/1"), await origin.get("/else")
    assert (beds.json().get("code"), other.json()) == ("route.unknown", {"detail": "Not Found"})
