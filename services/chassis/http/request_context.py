"""The context of one request: what the layers of the border have learnt and hand to those behind them."""

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Final

from services.chassis.errors import CommunityError
from services.chassis.principal import Principal

if TYPE_CHECKING:
    from services.chassis.http.demands import Demand
    from services.chassis.http.error_formats import ErrorFormat

_KEY = "community.request_context"

UNREAD: Final = object()
"""Stands in place of a value that nobody has parsed."""


class RequestContext:
    """One request on its way in."""

    __slots__ = ("body_limit", "demand", "error_format", "headers", "principal", "refusal", "trace", "value")

    def __init__(self, headers: dict[bytes, bytes], trace: str, error_format: "ErrorFormat | None" = None) -> None:
        self.headers = headers
        self.trace = trace
        self.error_format = error_format
        """How refusals are told here; None: as problem details."""
        self.principal: Principal | None = None
        self.refusal: CommunityError | None = None
        """Why a token that was sent is not believed."""
        self.body_limit = 0
        self.demand: Demand | None = None
        """What the route asks for; None where there is no such route, or the border was passed by."""
        self.value: Any = UNREAD
        """The JSON of a body that is bulky or small, as the border parsed it; nobody changes it."""


def enter(scope: MutableMapping[str, Any], context: RequestContext) -> None:
    """Lay `context` beside the request."""
    scope[_KEY] = context


def request_context_of(scope: MutableMapping[str, Any]) -> RequestContext:
    """The context of the request; an empty one where the request came in past the border, as in a bare test."""
    context = scope.get(_KEY)
    if not isinstance(context, RequestContext):
        context = scope[_KEY] = RequestContext(dict(scope.get("headers", ())), "")
    return context
