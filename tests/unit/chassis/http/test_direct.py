"""What is answered directly is answered as FastAPI answers it."""

import re
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import pytest
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.http import app as border
from services.chassis.http.caller import MaybePrincipalDep, PrincipalDep
from services.chassis.http.direct import _Direct, answer_directly
from services.chassis.http.request_context import request_context_of
from services.chassis.telemetry.metrics import Metrics
from tests.unit.chassis.http.gateway import BedTaken, Gateway

BASE = "/api/garden/v1"
OF_THE_MOMENT = {"traceparent", "x-request-id"}


class Pot(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=5)
    height: int | None = None
    wide: float = 0.0
    anything: Any = None


async def checked(request: Request) -> str:
    if request.headers.get("x-pot") == "taken":
        raise BedTaken(bed=7)
    return request.headers.get("x-pot", "")


def garden() -> APIRouter:
    routes = APIRouter(prefix=BASE)

    @routes.post("/pots/{number}/{word}")
    async def pot(
        number: int,
        word: Annotated[str, InPath(max_length=4)],
        body: Pot,
        request: Request,
        principal: MaybePrincipalDep,
        given: Annotated[str, Depends(checked)],
    ) -> Response:
        if body.name == "taken":
            raise BedTaken(bed=number)
        if body.name == "break":
            raise RuntimeError
        body_again = await request.body()
        return Response(repr((number, word, body, principal, given, request.method, body_again)))

    @routes.post("/lists")
    async def lists(body: list[Any], principal: MaybePrincipalDep) -> Response:
        return Response(repr(body))

    @routes.post("/perhaps")
    async def perhaps(body: Pot | None = None) -> Response:
        return Response(repr(body), 202)

    @routes.get("/pots/{number}", dependencies=[Depends(checked)])
    async def look(number: int, request: Request) -> Response:
        return Response(repr((number, request.method)))

    @routes.get("/general/{number}")
    async def general(number: int, season: Annotated[str, Query()] = "") -> Response:
        return Response(repr((number, season)))

    @routes.post("/model")
    async def model(body: Pot) -> Pot:
        return body

    @routes.get("/closed")
    async def closed(principal: PrincipalDep) -> Response:
        return Response(principal.sub)

    return routes


class Both:
    """The same routes twice: answered directly where they are plain, and by FastAPI alone."""

    def __init__(self, directory: Path) -> None:
        self.gateway = Gateway(directory)
        self.direct = self._client()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(border, "answer_directly", lambda routes: None)
            self.general = self._client()

    def _client(self) -> httpx.AsyncClient:
        app = border.create_app("garden", "Garden", self.gateway.settings, [garden()], metrics=Metrics())
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://garden.example.org")

    async def agree(self, method: str, path: str, **asked: Any) -> httpx.Response:
        one = await self.direct.request(method, BASE + path, **asked)
        other = await self.general.request(method, BASE + path, **asked)
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert headers(one) == headers(other)
        return one


def headers(answer: httpx.Response) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in answer.headers.items() if name not in OF_THE_MOMENT)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return Both(tmp_path_factory.mktemp("both"))


NUMBERS = st.sampled_from(
    [b"-0", b"-0.0", b"1e2", b"1E-7", b"0.1", b"1e400", b"9223372036854775807", b"123456789012.0"]
)
LEAVES = st.one_of(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 2**40) | st.floats(allow_nan=False) | st.text(max_size=6),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=4,
    ).map(orjson.dumps),
    NUMBERS,
    st.sampled_from([b"NaN", b"Infinity", b"01", b"'a'", b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\xff"', b"1" * 30]),
)
FIELDS = st.tuples(st.sampled_from([b"name", b"height", b"wide", b"anything", b"other"]), LEAVES)
OBJECTS = st.lists(FIELDS, max_size=5).map(
    lambda fields: b"{" + b",".join(b'"%s":%s' % field for field in fields) + b"}"
)
ODD = [b"", b" ", b"null", b"[", b"\xef\xbb\xbf{}", b'{"name":"taken"}', b'{"name":"break"}']
BODIES = st.one_of(OBJECTS, LEAVES, st.sampled_from(ODD))
KINDS = st.sampled_from(
    [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/problem+json",
        "text/plain",
        "application/json;",
        " application/json\xa0",
        "",
    ]
)
PATHS = st.sampled_from(["/pots/7/word", "/pots/x/word", "/pots/7/wordy", "/lists", "/perhaps", "/model"])


def untraced(answer: httpx.Response) -> bytes:
    """The body without the trace that a fault of ours leads to: each request has its own."""
    return re.sub(rb'"trace":"[0-9a-f]{32}"', b'"trace":""', answer.content)


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=PATHS, body=BODIES, kind=KINDS, pot=st.sampled_from(["", "blue", "taken"]), chunked=st.booleans())
async def test_direct_answers_are_those_of_fastapi_whatever_is_sent(
    both: Both, path: str, body: bytes, kind: str, pot: str, chunked: bool
) -> None:
    async def pieces() -> Any:
        yield body[:5]
        yield body[5:]

    sent = {b"content-type": kind.encode("latin-1"), b"x-pot": pot.encode()}
    one = await both.direct.post(BASE + path, content=pieces() if chunked else body, headers=sent)
    other = await both.general.post(BASE + path, content=pieces() if chunked else body, headers=sent)
    assert (one.status_code, untraced(one)) == (other.status_code, untraced(other))
    assert headers(one) == headers(other)


async def test_a_request_without_a_body_is_answered_as_by_fastapi(both: Both) -> None:
    for method in ("GET", "HEAD"):
        assert (await both.agree(method, "/pots/7")).status_code == 200
        assert (await both.agree(method, "/pots/x")).status_code == 422
        assert (await both.agree(method, "/pots/7", headers={"X-Pot": "taken"})).status_code == 409
        assert (await both.agree(method, "/general/7?season=spring")).status_code == 200
    assert (await both.agree("GET", "/closed")).status_code == 401
    assert (await both.agree("GET", "/closed", headers=both.gateway.token())).text == "p-1"


async def test_the_route_gets_the_body_that_the_border_has_read(both: Both) -> None:
    answer = await both.agree("POST", "/pots/7/word", json={"name": "ivy", "anything": [1, 2.0, {"a": None}]})
    assert "'ivy'" in answer.text
    assert "[1, 2.0, {'a': None}]" in answer.text


def test_routes_that_are_not_plain_are_answered_by_fastapi() -> None:
    routes = garden().routes
    answer_directly(routes)
    answer_directly(routes)
    ways = {getattr(route, "path", ""): getattr(route, "app", None) for route in routes}
    plain = {path.removeprefix(BASE) for path, way in ways.items() if isinstance(way, _Direct)}
    assert plain == {"/pots/{number}/{word}", "/lists", "/perhaps", "/pots/{number}", "/closed"}
    assert not any(isinstance(way._usual, _Direct) for way in ways.values() if isinstance(way, _Direct))


async def test_nothing_of_a_body_is_kept_once_it_is_answered(both: Both) -> None:
    scopes: list[Any] = []
    routes = APIRouter(prefix=BASE)

    @routes.post("/kept")
    async def kept(body: Pot, request: Request) -> Response:
        scopes.append((request.scope, request_context_of(request.scope).value))
        return Response()

    app = border.create_app("garden", "Garden", both.gateway.settings, [routes], metrics=Metrics())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://garden.example.org") as client:
        await client.post(BASE + "/kept", json={"name": "ivy"})
    [(scope, value)] = scopes
    assert value == {"name": "ivy"}
    assert request_context_of(scope).value != value
