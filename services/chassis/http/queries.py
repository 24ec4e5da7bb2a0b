"""Refuses query parameters that a route does not know: a filter that is misspelt must never give everything.

This holds for routes that answer JSON or a table to a program. Pages, pictures, feeds and calendars are opened by
browsers and readers, which bring parameters of others along (`utm_source`), and a part of the API that speaks another
protocol follows that protocol: Open311 ignores what it does not know.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from services.chassis.http.error_formats import OWN_REFUSALS

STRICT = frozenset({"application/json", "application/geo+json", "text/csv"})
"""The media types whose routes refuse parameters that they do not know."""


def is_strict(kinds: Iterable[str]) -> bool:
    """Whether a route that answers these media types refuses parameters that it does not know."""
    plain = {kind.partition(";")[0] for kind in kinds}
    return bool(plain) and plain <= STRICT


def names_of(route: Any) -> frozenset[str] | None:
    """The query parameters that `route` knows; None where it ignores others."""
    if "GET" not in (route.methods or ()) or not route.include_in_schema:
        return None
    if (route.openapi_extra or {}).get(OWN_REFUSALS) or not is_strict(_kinds(route)):
        return None
    return frozenset(_names(route.dependant))


def refuse_unknown(query: bytes, known: frozenset[str]) -> None:
    """Raises RequestValidationError where the query string names parameters that are not `known`."""
    named = dict.fromkeys(name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    unknown = [name for name in named if name not in known]
    if unknown:
        said = _said(sorted(known))
        raise RequestValidationError([{"type": "value_error", "loc": ("query", name), "msg": said} for name in unknown])


def _said(known: Sequence[str]) -> str:
    if not known:
        return "这里不接受任何参数。 (There are no parameters here.)"
    return f"没有这个参数，可用的有：{'、'.join(known)}。 (There is no such parameter; there are: {', '.join(known)}.)"


def _kinds(route: Any) -> set[str]:
    told = {status: answer for status, answer in route.responses.items() if str(status) == "200"}
    kinds = {kind for answer in told.values() for kind in answer.get("content", {})}
    usual = getattr(route.response_class, "value", route.response_class).media_type
    return kinds or ({usual} if usual else set())


def _names(dependant: Dependant) -> Iterable[str]:
    for inner in dependant.dependencies:
        yield from _names(inner)
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from (each.alias or name for name, each in annotation.model_fields.items())
        else:
            yield field.alias
