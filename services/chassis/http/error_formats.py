"""Lets a part of an API speak another protocol, whose refusals have a form of their own beneath a prefix.

    routes = ErrorFormatRouter(prefix="/api/library/opds", error_format=refuse_as_opds)

The error format makes the answer of every refusal there, by a route, by the border or by the framework.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from fastapi import APIRouter, Response

from services.chassis.errors import CommunityError

Scope = MutableMapping[str, Any]
Faults = Sequence[Mapping[str, str]]
ErrorFormat = Callable[[Scope, CommunityError, Faults | None, Mapping[str, str]], Response]
"""Makes the answer to an error, given the request's scope, the error, its faults place by place (None: not known) and
headers to send."""

OWN_REFUSALS = "x-own-refusals"
"""The key in `openapi_extra` that is true where an operation documents its refusals itself."""


class ErrorFormatRouter(APIRouter):
    """A router beneath whose prefix refusals have a format of their own."""

    def __init__(self, *, prefix: str, error_format: ErrorFormat, tags: list[str]) -> None:
        super().__init__(prefix=prefix, tags=[*tags])
        self.error_format = error_format


class ErrorFormats:
    """The error formats of an application, by prefix."""

    def __init__(self, routers: Iterable[APIRouter]) -> None:
        self._known = [(each.prefix, each.error_format) for each in routers if isinstance(each, ErrorFormatRouter)]

    def of(self, path: str) -> ErrorFormat | None:
        """The error format at `path`; None where refusals are problem details."""
        for prefix, error_format in self._known:
            if path.startswith(prefix) and path[len(prefix) :][:1] in ("", "/", "."):
                return error_format
        return None
