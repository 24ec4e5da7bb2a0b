"""Who comes in, and how often."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.chassis.http.rate import Buckets
from tests.unit.chassis.auth.issuing import Clock
from tests.unit.chassis.http.gateway import Gateway

OPEN, CLOSED = "/api/garden/v1/open", "/api/garden/v1/closed"


async def test_a_valid_token_tells_the_caller(gateway: Gateway) -> None:
    for path in (OPEN, CLOSED):
        assert (await gateway.client.get(path, headers=gateway.token("p-7"))).json()["sub"] == "p-7"
    assert (await gateway.client.get(OPEN)).json()["sub"] is None


async def test_without_a_token_one_is_asked_for(gateway: Gateway) -> None:
    answer = await gateway.client.get(CLOSED)
    assert (answer.status_code, answer.json()["code"]) == (401, "token.missing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Token x", ""])
async def test_other_schemes_are_no_token(gateway: Gateway, scheme: str) -> None:
    answer = await gateway.client.get(CLOSED, headers={"Authorization": scheme})
    assert (answer.status_code, answer.json()["code"]) == (401, "token.missing")


async def test_a_token_that_is_not_believed_is_said_to_be_so(gateway: Gateway) -> None:
    good = gateway.token()["Authorization"]
    for wrong in ("Bearer x.y.z", good[:-5] + "AAAAA", good + " more"):
        answer = await gateway.client.get(CLOSED, headers={"Authorization": wrong})
        assert (answer.status_code, answer.json()["code"]) == (401, "token.invalid")
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    expired = await gateway.client.get(CLOSED, headers=gateway.token(ttl=-60))
    assert expired.json()["code"] == "token.expired"


async def test_the_scheme_is_read_in_any_case(gateway: Gateway) -> None:
    token = gateway.token()["Authorization"].removeprefix("Bearer ")
    assert (await gateway.client.get(CLOSED, headers={"Authorization": f"bEARER  {token}"})).status_code == 200


async def test_a_public_route_stays_open_to_a_bad_token(gateway: Gateway) -> None:
    answer = await gateway.client.get(OPEN, headers={"Authorization": "Bearer x.y.z"})
    assert (answer.status_code, answer.json()["sub"]) == (200, None)


@pytest.mark.parametrize(
    "header",
    [
        "Authorization",
        "Content-Type",
        "Content-Length",
        "Host",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "Range",
    ],
)
@pytest.mark.parametrize("path", [OPEN, CLOSED, "/api/garden/v1/plants", "/livez", "/api/garden/v1/nothing"])
async def test_a_header_that_may_stand_once_stands_once(gateway: Gateway, header: str, path: str) -> None:
    known = gateway.token()["Authorization"]
    value = {"Authorization": known, "Content-Length": "2", "Content-Type": "application/json"}.get(header, "a")
    base = {"Host": "garden.example.org", "Authorization": known, "Content-Length": "2"}
    for second in (value, "0"):
        sent = [(name, text) for name, text in base.items() if name != header] + [(header, value), (header, second)]
        request = httpx.Request("POST", f"http://garden.example.org{path}", headers=sent, content=b"{}")
        request.headers = httpx.Headers(sent)
        answer = await gateway.client.send(request)
        assert (answer.status_code, answer.json()["code"]) == (400, "request.ambiguous")
        assert answer.json()["params"] == {"header": header}


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"Transfer-Encoding": "chunked", "Content-Length": "2"}, "request.ambiguous"),
        ({"Transfer-Encoding": "gzip, chunked"}, "request.bad"),
        ({"Transfer-Encoding": "identity"}, "request.bad"),
        ({"Content-Length": "+2"}, "request.bad"),
        ({"Content-Length": "2, 2"}, "request.bad"),
    ],
)
async def test_a_body_has_one_length(gateway: Gateway, extra: dict[str, str], code: str) -> None:
    request = httpx.Request("POST", "http://garden.example.org/api/garden/v1/plants", content=b"{}")
    request.headers = httpx.Headers({"Host": "garden.example.org", **gateway.token(), **extra})
    answer = await gateway.client.send(request)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_malformed_heads_count_against_the_rate_of_their_sender(tmp_path: Path) -> None:
    gateway = limited(tmp_path)
    for _ in range(3):
        await gateway.client.get(OPEN, headers=[("If-Match", "a"), ("If-Match", "b")])
    assert await statuses(gateway.client, 1) == {429: 1}


@pytest.mark.parametrize("path", [OPEN, CLOSED, "/livez", "/nothing"])
async def test_there_is_no_web_socket_anywhere(gateway: Gateway, path: str) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "WebSocket", "Sec-WebSocket-Version": "13"}
    answer = await gateway.client.get(path, headers=upgrade)
    assert (answer.status_code, answer.json()["code"]) == (404, "route.unknown")
    plain = await gateway.client.get(OPEN, headers={"Connection": "Upgrade", "Upgrade": "h2c"})
    assert plain.status_code == 200


async def asked_as(gateway: Gateway, kind: str, **more: object) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    scope = {"type": kind, "path": OPEN, "headers": [], "client": ("203.0.113.7", 1), "query_string": b"", **more}

    async def receive() -> dict[str, Any]:
        return {"type": f"{kind}.connect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await gateway.app(scope, receive, send)
    return sent


async def test_whatever_is_no_http_passes_the_same_gate(tmp_path: Path) -> None:
    gateway = limited(tmp_path)
    able: dict[str, Any] = {"extensions": {"websocket.http.response": {}}}
    (begun, *_), (closed,) = await asked_as(gateway, "websocket", **able), await asked_as(gateway, "websocket")
    assert (begun["type"], begun["status"]) == ("websocket.http.response.start", 404)
    assert closed["type"] == "websocket.close"
    await asked_as(gateway, "websocket")
    begun, *_ = await asked_as(gateway, "websocket", **able)
    assert begun["status"] == 429
    assert await asked_as(gateway, "webtransport") == []


async def test_a_token_in_the_address_is_none(gateway: Gateway) -> None:
    token = gateway.token()["Authorization"].removeprefix("Bearer ")
    assert (await gateway.client.get(f"{CLOSED}?access_token={token}")).status_code == 401


async def test_without_the_issuers_keys_nobody_is_called_wrong(tmp_path: Path) -> None:
    away = Gateway(tmp_path, {"auth_jwks_url": (tmp_path / "none.json").as_uri()})
    answer = await away.client.get(CLOSED, headers=away.token())
    assert (answer.status_code, answer.json()["code"]) == (503, "keys-unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert (await away.client.get(OPEN)).status_code == 200


def limited(directory: Path, **changes: float) -> Gateway:
    rates = {
        "rate_limit_per_second": 0.001,
        "rate_limit_burst": 5,
        "rate_limit_address_per_second": 0.001,
        "rate_limit_address_burst": 3,
    }
    return Gateway(directory, {**rates, **changes})


async def statuses(client: httpx.AsyncClient, times: int, path: str = OPEN, **headers: str) -> Counter[int]:
    return Counter([(await client.get(path, headers=headers)).status_code for _ in range(times)])


async def test_a_caller_is_held_to_a_rate_wherever_they_call_from(tmp_path: Path) -> None:
    gateway = limited(tmp_path)
    token = gateway.token("p-1")
    assert await statuses(gateway.client, 4, CLOSED, **token) == {200: 4}
    assert await statuses(gateway.caller("198.51.100.1"), 4, CLOSED, **token) == {200: 2, 429: 2}
    assert await statuses(gateway.client, 1, CLOSED, **gateway.token("p-2")) == {200: 1}


async def test_a_refused_caller_is_told_when_to_come_again(tmp_path: Path) -> None:
    gateway = limited(tmp_path, rate_limit_address_per_second=0.5)
    await statuses(gateway.client, 3)
    answer = await gateway.client.get(OPEN)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate.limited")
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["ratelimit"] == '"default";r=0;t=2'
    assert answer.headers["ratelimit-policy"] == '"default";q=3;w=6'


async def test_strangers_are_held_by_address(tmp_path: Path) -> None:
    gateway = limited(tmp_path)
    assert await statuses(gateway.client, 5) == {200: 3, 429: 2}
    assert await statuses(gateway.caller("198.51.100.1"), 3) == {200: 3}


async def test_made_up_tokens_cost_their_sender(tmp_path: Path) -> None:
    gateway = limited(tmp_path)
    for n in range(10):
        await gateway.client.get(OPEN, headers={"Authorization": f"Bearer x.y.{n}"})
    assert await statuses(gateway.client, 1) == {429: 1}


async def test_a_household_is_one_address(tmp_path: Path) -> None:
    gateway = limited(tmp_path)
    for n in range(3):
        await gateway.caller(f"2001:db8:1:2::{n}").get(OPEN)
    assert await statuses(gateway.caller("2001:db8:1:2:ffff::1"), 1) == {429: 1}
    assert await statuses(gateway.caller("2001:db8:1:3::1"), 1) == {200: 1}
    assert await statuses(gateway.caller("::ffff:198.51.100.9"), 3) == {200: 3}
    assert await statuses(gateway.caller("198.51.100.9"), 1) == {429: 1}


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/api/garden/readyz"])
async def test_probes_that_cost_something_have_a_rate_of_their_own(tmp_path: Path, path: str) -> None:
    gateway = limited(tmp_path, rate_limit_probes_per_second=0.001, rate_limit_probes_burst=6)
    assert await statuses(gateway.client, 8, path) == {200: 6, 429: 2}
    assert await statuses(gateway.caller("198.51.100.1"), 1, path) == {200: 1}
    assert await statuses(gateway.client, 3) == {200: 3}
    assert await statuses(gateway.client, 20, "/livez") == {200: 20}


async def test_probes_are_never_refused(tmp_path: Path) -> None:
    gateway = limited(tmp_path)
    for path in ("/livez", "/readyz", "/metrics", "/api/garden/livez"):
        assert await statuses(gateway.client, 20, path) == {200: 20}


async def test_a_rate_of_zero_is_no_limit(tmp_path: Path) -> None:
    gateway = limited(tmp_path, rate_limit_address_per_second=0)
    assert await statuses(gateway.client, 50) == {200: 50}


def test_a_bucket_fills_again_and_never_beyond_its_brim() -> None:
    clock = Clock(0.0)
    buckets = Buckets(2.0, 4, clock=clock)
    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 0, 0.5]
    clock.now = 0.5
    assert [buckets.take("a") for _ in range(2)] == [0, 0.5]
    clock.now = 1000.0
    assert [buckets.take("a") == 0 for _ in range(5)] == [True] * 4 + [False]


def test_refused_requests_do_not_push_the_end_of_the_wait_away() -> None:
    clock = Clock(0.0)
    buckets = Buckets(1.0, 1, clock=clock)
    buckets.take("a")
    for tenth in range(1, 10):
        clock.now = tenth / 10
        assert buckets.take("a") > 0
    clock.now = 1.001
    assert buckets.take("a") == 0


def test_memory_is_bounded_and_the_longest_unseen_goes_first() -> None:
    clock = Clock(0.0)
    buckets = Buckets(0.001, 1, places=100, clock=clock)
    buckets.take("steady")
    for n in range(1000):
        buckets.take(f"passer-by-{n}")
        assert buckets.take("steady") > 0, "whoever keeps knocking is not forgotten"
    assert len(buckets._levels) == 100
