"""Finds the route of a request by its path's segments instead of trying one route after another.

FastAPI tries every route of every included router, twice; with forty routes that costs more than the rest of the
border. The route that answers stays the same: the first that matches, among those that fit the segments. HEAD is
answered wherever GET is (RFC 9110, 9.3.2); the server leaves the content out.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from services.chassis.http.bulk import BulkRoute
from services.chassis.http.demands import NOTHING, Demand
from services.chassis.http.queries import refuse_unknown
from services.chassis.http.route_demands import demand_of

_CHOSEN = "community.route"
_ALLOWED = "community.allowed"
_FIRST = "community.first"
_AS_GET = "community.as-get"
_FOUND = "community.found"


class NotInPieces(TypeError):
    """A route is marked as bulky, but is no BulkRoute, so that its body would be parsed in one go."""


def named_first(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """`routes` in an order in which a named segment stands before a parameter: `/cases/similar` before `/cases/{id}`.

    So it does not matter which of two rooms is listed first. Routes that differ in no segment of this kind keep their
    order.
    """
    return sorted(routes, key=lambda route: ["{" in segment for segment in getattr(route, "path", "").split("/")])


class _Node:
    __slots__ = ("any", "ends", "named")

    def __init__(self) -> None:
        self.named: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.ends: list[tuple[int, BaseRoute]] = []


class RouteIndex(BaseRoute):
    """All routes of an application, as one."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self.routes: Sequence[BaseRoute] = list(routes)
        self._root = _Node()
        self._others: list[tuple[int, BaseRoute]] = []
        for order, route in enumerate(self.routes):
            if isinstance(route, Route) and ":path}" not in route.path:
                self._place(order, route)
            else:
                self._others.append((order, route))
        self._demands = {id(route): demand for route in self.routes if (demand := _demand_of(route)) is not None}

    def demand(self, scope: Scope) -> Demand | None:
        """The demand of the route that will answer; None where there is no such route, so that no body is read."""
        match, child = self.matches(scope)
        if match != Match.FULL:
            return None
        chosen = child[_CHOSEN]
        asked = {**scope, "method": "GET"} if child.get(_AS_GET) else scope
        return self._demands.get(id(chosen)) or _inner_demand(chosen, asked)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The match for a request, in the form that Starlette asks for. It is searched once for each request."""
        asked = (id(self), scope["path"], scope["method"])
        known = scope.get(_FOUND)
        if known is None or known[0] != asked:
            known = scope[_FOUND] = (asked, self._search(scope))
        found: tuple[Match, Scope] = known[1]
        return found

    def _search(self, scope: Scope) -> tuple[Match, Scope]:
        found = self._matches(scope)
        if found[0] != Match.FULL and scope["method"] == "HEAD":
            match, child = self._matches({**scope, "method": "GET"})
            if match == Match.FULL:
                return match, {**child, _AS_GET: True}
        return found

    def _matches(self, scope: Scope) -> tuple[Match, Scope]:
        partial: tuple[Match, Scope] | None = None
        allowed: set[str] = set()
        for _order, route in self._candidates(_path_below_root(scope)):
            match, child = route.matches(scope)
            if match == Match.FULL:
                child[_CHOSEN] = route
                child.setdefault("route", route)
                return match, child
            if match == Match.PARTIAL:
                partial = partial or (match, {**child, _FIRST: route})
                allowed |= getattr(route, "methods", None) or set()
        if partial is None:
            return Match.NONE, {}
        partial[1][_ALLOWED] = allowed
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        chosen: BaseRoute | None = scope.get(_CHOSEN)
        if chosen is None and scope.get(_ALLOWED):
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(scope[_ALLOWED]))})
        demand = self._demands.get(id(chosen))
        if demand is not None and demand.query is not None and scope["query_string"]:
            refuse_unknown(scope["query_string"], demand.query)
        asked = {**scope, "method": "GET"} if scope.get(_AS_GET) else scope
        await (chosen or scope[_FIRST]).handle(asked, receive, send)

    def _place(self, order: int, route: Route) -> None:
        node = self._root
        for segment in route.path.split("/"):
            if "{" not in segment:
                node = node.named.setdefault(segment, _Node())
            else:
                node.any = node = node.any or _Node()
        node.ends.append((order, route))

    def _candidates(self, path: str) -> list[tuple[int, BaseRoute]]:
        nodes = [self._root]
        for segment in path.split("/"):
            nodes = [found for node in nodes for found in (node.named.get(segment), node.any) if found is not None]
        found = [*self._others, *(end for node in nodes for end in node.ends)]
        return found if len(found) < 2 else sorted(found, key=_order)


def _demand_of(route: BaseRoute) -> Demand | None:
    """The demand of `route`; None for a router within a router, whose demand depends on the request."""
    if hasattr(route, "effective_route_contexts"):
        return None
    demand = demand_of(route)
    if demand.bulky and not isinstance(route, BulkRoute):
        raise NotInPieces(getattr(route, "path", ""))
    return demand


def _inner_demand(router: Any, scope: Scope) -> Demand:
    for context in router.effective_route_contexts():
        if context.matches(scope)[0] == Match.FULL:
            return demand_of(context)
    return NOTHING


def _path_below_root(scope: Scope) -> str:
    """The path of a request without the `root_path` that a proxy, or a mount, has taken off it."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    below = path.removeprefix(root)
    return below if not below or below.startswith("/") else path


def _order(entry: tuple[int, BaseRoute]) -> int:
    return entry[0]
