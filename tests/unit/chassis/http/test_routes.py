"""The index of routes answers as trying one route after another would."""

from fastapi import APIRouter, Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import BaseRoute, Match

from services.chassis.http.routes import RouteIndex, named_first
from tests.unit.chassis.http.gateway import Gateway

SEGMENTS = ["a", "b", "a.ics", "{x%d}", "{n%d:int}", "{x%d}.ics", "{rest%d:path}"]
PATHS = st.lists(st.sampled_from(SEGMENTS), max_size=3).map(
    lambda parts: "/" + "/".join(part % place if "%" in part else part for place, part in enumerate(parts))
)
ASKED = st.lists(st.sampled_from(["a", "b", "a.ics", "7", "", "ü", "a%2Fb", ".."]), max_size=4).map(
    lambda parts: "/" + "/".join(parts)
)


def routes_of(declared: list[tuple[str, str]]) -> list[BaseRoute]:
    async def answer(request: Request) -> None: ...

    router = APIRouter()
    for path, method in declared:
        router.add_api_route(path, answer, methods=[method], response_model=None)
    return router.routes


def linear(routes: list[BaseRoute], scope: dict[str, object]) -> tuple[Match, BaseRoute | None]:
    partial: tuple[Match, BaseRoute | None] = (Match.NONE, None)
    for route in routes:
        match, _ = route.matches(scope)
        if match == Match.FULL:
            return match, route
        if match == Match.PARTIAL and partial[1] is None:
            partial = match, route
    return partial


@given(
    st.lists(st.tuples(PATHS, st.sampled_from(["GET", "POST"])), max_size=12),
    ASKED,
    st.sampled_from(["GET", "POST", "PUT"]),
)
def test_the_index_finds_the_route_that_trying_all_in_order_finds(
    declared: list[tuple[str, str]], path: str, method: str
) -> None:
    routes = routes_of(declared)
    scope: dict[str, object] = {"type": "http", "path": path, "root_path": "", "method": method, "headers": []}
    expected, route = linear(routes, dict(scope))
    match, child = RouteIndex(routes).matches(dict(scope))
    assert match == expected
    if match != Match.NONE:
        assert child["route"] is route


@given(st.permutations(["/a/{x}", "/a/b", "/{x}/b", "/{x}/{y}", "/a/b/c"]))
def test_a_named_segment_goes_before_a_parameter_whatever_the_order(paths: list[str]) -> None:
    index = RouteIndex(named_first(routes_of([(path, "GET") for path in paths])))
    for asked, path in {
        "/a/b": "/a/b",
        "/a/z": "/a/{x}",
        "/z/b": "/{x}/b",
        "/z/z": "/{x}/{y}",
        "/a/b/c": "/a/b/c",
    }.items():
        scope: dict[str, object] = {"type": "http", "path": asked, "root_path": "", "method": "GET", "headers": []}
        _, child = index.matches(scope)
        assert child["route"].path == path


def test_routes_that_are_alike_keep_their_order() -> None:
    routes = routes_of([("/a/{x}", "GET"), ("/a/{y}", "GET"), ("/b/{x}", "POST")])
    assert named_first(routes) == routes


async def test_a_router_within_a_router_is_found_and_documented(gateway: Gateway) -> None:
    path = "/api/garden/v1/shed/tools/{name}"
    answer = await gateway.client.get(path.format(name="spade"), headers=gateway.token("p-7"))
    assert answer.json() == {"sub": "p-7", "name": "spade"}
    assert (await gateway.client.get("/api/garden/v1/shed/tools")).json()["code"] == "route.unknown"
    refused = await gateway.client.post(path.format(name="spade"))
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    assert path in gateway.app.openapi()["paths"]


async def test_head_is_answered_as_get_and_by_nothing_else(gateway: Gateway) -> None:
    path = "/api/garden/v1/shed/tools/spade"
    asked = await gateway.client.get(path, headers=gateway.token("p-7"))
    looked = await gateway.client.head(path, headers=gateway.token("p-7"))
    assert (looked.status_code, looked.headers["content-length"]) == (200, asked.headers["content-length"])
    assert (await gateway.client.head("/api/garden/v1/shed/tools")).status_code == 404
