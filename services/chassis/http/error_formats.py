"""Parts of an API that speak another protocol: beneath their prefix refusals are told in that protocol's own form.

    routes = ErrorFormatRouter(prefix="/api/library/opds", error_format=refuse_as_opds)

Whatever refuses a request there, a route, the border or the framework: the error format makes the answer.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from fastapi import APIRouter, Response

from services.chassis.errors import CommunityError

Scope = MutableMapping[str, Any]
Faults = Sequence[Mapping[str, str]]
ErrorFormat = Callable[[Scope, CommunityError, Faults | None, Mapping[str, str]], Response]
"""Makes the answer that tells an error; given what is wrong place by place, if that is known, and headers to send."""

OWN_REFUSALS = "x-own-refusals"
"""In `openapi_extra`, true: the operation documents its refusals itself."""


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
