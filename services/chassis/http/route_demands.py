"""Reads the demand of a route from its declaration, once, so that the border never guesses from a request."""

from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.params import Form

from services.chassis.http.caller import BearerToken
from services.chassis.http.demands import BULKY, JSON, MULTIPART, NOTHING, URLENCODED, Demand
from services.chassis.http.queries import names_of


def demand_of(route: Any) -> Demand:
    """The demand of `route`, a FastAPI route by itself or inside another router."""
    dependant = getattr(route, "dependant", None)
    if dependant is None:
        return NOTHING
    extra = getattr(route, "openapi_extra", None) or {}
    return Demand(
        _asks_who(dependant), _kinds(route.body_field, extra), extra.items() >= BULKY.items(), names_of(route)
    )


def _asks_who(dependant: Dependant) -> bool:
    return isinstance(dependant.call, BearerToken) or any(_asks_who(inner) for inner in dependant.dependencies)


def _kinds(body_field: Any, extra: dict[str, Any]) -> tuple[str, ...]:
    if body_field is None:
        return tuple(extra.get("requestBody", {}).get("content", ()))
    if isinstance(body_field.field_info, Form):
        return (MULTIPART, URLENCODED)
    return (JSON,)
