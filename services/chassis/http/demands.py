"""What a route demands before it sees a request: whether the caller must be known, and what kind of body it reads.

It is read from the route's own declaration, once, so that the border never has to guess from what a request says.
"""

from dataclasses import dataclass
from typing import Any, Final

from fastapi.dependencies.models import Dependant
from fastapi.params import Form

from services.chassis.http.caller import BearerToken

JSON: Final = "application/json"
MULTIPART: Final = "multipart/form-data"
URLENCODED: Final = "application/x-www-form-urlencoded"
FORMS: Final = frozenset({MULTIPART, URLENCODED})

BULKY = {"x-body-limit": "upload"}
"""`openapi_extra` of a route that takes many things at once: its body may be as large as an upload."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What one route asks. `kinds` are the media types that it reads; none: it reads no body."""

    token: bool = False
    kinds: tuple[str, ...] = ()
    bulky: bool = False

    @property
    def reads_forms(self) -> bool:
        """Whether a form is read, rather than JSON."""
        return not FORMS.isdisjoint(self.kinds)


NOTHING: Final = Demand()


def demand_of(route: Any) -> Demand:
    """The demand of `route`: one of FastAPI, by itself or as it stands inside another router."""
    dependant = getattr(route, "dependant", None)
    if dependant is None:
        return NOTHING
    extra = getattr(route, "openapi_extra", None) or {}
    return Demand(_asks_who(dependant), _kinds(route.body_field, extra), extra.items() >= BULKY.items())


def _asks_who(dependant: Dependant) -> bool:
    return isinstance(dependant.call, BearerToken) or any(_asks_who(inner) for inner in dependant.dependencies)


def _kinds(body_field: Any, extra: dict[str, Any]) -> tuple[str, ...]:
    if body_field is None:
        return tuple(extra.get("requestBody", {}).get("content", ()))
    if isinstance(body_field.field_info, Form):
        return (MULTIPART, URLENCODED)
    return (JSON,)
