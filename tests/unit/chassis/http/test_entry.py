"""What every answer carries, and what is told of every request."""

import logging
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.unit.chassis.http.gateway import Gateway

TRACE = "0af7651916cd43dd8448eb211c80319c"
PRODUCTION = {
    "environment": "production",
    "auth_issuer": "https://id",
    "auth_jwks_url": "https://id/jwks",
    "public_url": "https://garden.example.org",
}


@pytest.mark.parametrize("path", ["/api/garden/v1/open", "/api/garden/v1/nothing", "/api/garden/v1/broken", "/livez"])
async def test_every_answer_is_guarded(gateway: Gateway, path: str) -> None:
    headers = (await gateway.client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", headers["traceparent"])
    assert headers["x-request-id"] == headers["traceparent"].split("-")[1]
    assert "strict-transport-security" not in headers


async def test_production_asks_for_https_from_then_on(tmp_path: Path) -> None:
    headers = (await Gateway(tmp_path, PRODUCTION).client.get("/livez")).headers
    assert headers["strict-transport-security"].startswith("max-age=31536000")


async def test_the_callers_trace_goes_on(gateway: Gateway) -> None:
    sent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "X-Request-Id": "order-17"}
    headers = (await gateway.client.get("/api/garden/v1/open", headers=sent)).headers
    assert headers["traceparent"].startswith(f"00-{TRACE}-")
    assert headers["traceparent"].endswith("-01")
    assert "b7ad6b7169203331" not in headers["traceparent"]
    assert headers["x-request-id"] == "order-17"


@pytest.mark.parametrize("odd", ["", "x" * 65, "a b", "<script>", "é"])
async def test_an_odd_request_id_is_not_repeated(gateway: Gateway, odd: str) -> None:
    answer = await gateway.client.get("/livez", headers=[(b"x-request-id", odd.encode())])
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_answers_for_one_caller_are_not_kept_by_caches(gateway: Gateway) -> None:
    assert (await gateway.client.get("/api/garden/v1/closed", headers=gateway.token())).headers[
        "cache-control"
    ] == "no-store"
    assert "cache-control" not in (await gateway.client.get("/api/garden/v1/open")).headers


async def test_requests_are_counted_by_template_so_that_ids_do_not_flood_the_page(gateway: Gateway) -> None:
    for number in range(5):
        await gateway.client.get(f"/api/garden/v1/plants/{number}")
    await gateway.client.get("/api/garden/v1/nothing")
    await gateway.client.request("HACK", "/api/garden/v1/open")
    await gateway.client.get("/api/garden/v1/broken")
    page = (await gateway.client.get("/metrics")).text
    counted = {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "community_http_request_seconds_count"
    }
    assert counted["GET", "/api/garden/v1/plants/{number}", "200"] == 5
    assert counted["GET", "(none)", "404"] == 1
    assert counted["other", "/api/garden/v1/open", "405"] == 1
    assert counted["GET", "/api/garden/v1/broken", "500"] == 1


async def test_a_log_line_names_the_route_and_nothing_of_the_caller(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = Gateway(tmp_path, {"log_requests": "all"})
    with caplog.at_level(logging.INFO):
        await gateway.client.get("/api/garden/v1/plants/4711?season=autumn", headers=gateway.token("p-secret"))
    (line,) = [vars(record) for record in caplog.records if record.message == "request"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/garden/v1/plants/{number}", 200)
    for secret in ("4711", "autumn", "p-secret", "203.0.113.7"):
        assert secret not in str(line)


async def test_ordinary_requests_make_no_noise(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await gateway.client.get("/api/garden/v1/open")
        await gateway.client.get("/api/garden/v1/nothing")
    assert [record for record in caplog.records if record.name.startswith("services.")] == []


async def test_other_sites_call_only_where_settings_say_so(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, {"cors_origins": ("https://a.example.org",)})
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key, authorization"}
    friend = await gateway.client.options("/api/garden/v1/plants", headers={**ask, "Origin": "https://a.example.org"})
    stranger = await gateway.client.options("/api/garden/v1/plants", headers={**ask, "Origin": "https://b.example.org"})
    assert friend.headers["access-control-allow-origin"] == "https://a.example.org"
    assert "Idempotency-Key" in friend.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in stranger.headers
    refused = await gateway.client.get("/api/garden/v1/closed", headers={"Origin": "https://a.example.org"})
    assert refused.headers["access-control-allow-origin"] == "https://a.example.org", "a page must see why"
    assert "ETag" in refused.headers["access-control-expose-headers"]


async def test_by_default_no_other_site_calls(gateway: Gateway) -> None:
    answer = await gateway.client.get("/api/garden/v1/open", headers={"Origin": "https://a.example.org"})
    assert "access-control-allow-origin" not in answer.headers
