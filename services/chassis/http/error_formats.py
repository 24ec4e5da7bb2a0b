"""Parts of an API that speak another protocol: beneath their prefix refusals are told in that protocol's own form.

    routes = ErrorFormatRouter(prefix="/api/library/opds", dialect=tell_as_opds)

Whatever refuses a request there, a route, the border or the framework, its answer is made by the dialect.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from fastapi import APIRouter, Response

from services.chassis.errors import CommunityError

Scope = MutableMapping[str, Any]
Faults = Sequence[Mapping[str, str]]
Dialect = Callable[[Scope, CommunityError, Faults | None, Mapping[str, str]], Response]
"""Makes the answer that tells an error; given what is wrong place by place, if that is known, and headers to send."""

OWN_REFUSALS = "x-own-refusals"
"""In `openapi_extra`, true: the operation documents its refusals itself."""


class ErrorFormatRouter(APIRouter):
    """A router whose prefix has a dialect."""

    def __init__(self, *, prefix: str, dialect: Dialect, tags: list[str]) -> None:
        super().__init__(prefix=prefix, tags=[*tags])
        self.dialect = dialect


class ErrorFormats:
    """The dialects of an application, by prefix."""

    def __init__(self, routers: Iterable[APIRouter]) -> None:
        self._known = [(f"{each.prefix}/", each.dialect) for each in routers if isinstance(each, ErrorFormatRouter)]

    def of(self, path: str) -> Dialect | None:
        """The dialect at `path`; None where problem details are spoken."""
        for prefix, dialect in self._known:
            if path.startswith(prefix):
                return dialect
        return None
