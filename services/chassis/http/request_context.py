"""The context of one request: facts that the layers of the border find out and hand to the layers behind them."""

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Final

from services.chassis.errors import CommunityError
from services.chassis.principal import Principal

if TYPE_CHECKING:
    from services.chassis.http.demands import Demand
    from services.chassis.http.error_formats import ErrorFormat

_KEY = "community.request_context"

UNREAD: Final = object()
"""Marks that no JSON value was parsed."""


class RequestContext:
    """One request on its way in."""

    __slots__ = ("body_limit", "demand", "error_format", "headers", "principal", "refusal", "trace", "value")

    def __init__(self, headers: dict[bytes, bytes], trace: str, error_format: "ErrorFormat | None" = None) -> None:
        self.headers = headers
        self.trace = trace
        self.error_format = error_format
        """The format of refusals at this path; None: problem details."""
        self.principal: Principal | None = None
        self.refusal: CommunityError | None = None
        """The reason why the token of the request is not believed; None where it is, or none was sent."""
        self.body_limit = 0
        self.demand: Demand | None = None
        """The demand of the route; None where there is no such route, or the request did not come through the
        border."""
        self.value: Any = UNREAD
        """The JSON value of a bulky or small body, as the border parsed it. Nobody may change it."""


def enter(scope: MutableMapping[str, Any], context: RequestContext) -> None:
    """Attach `context` to the request of `scope`."""
    scope[_KEY] = context


def request_context_of(scope: MutableMapping[str, Any]) -> RequestContext:
    """The context of the request; an empty one where the request did not come through the border, as in a bare test."""
    context = scope.get(_KEY)
    if not isinstance(context, RequestContext):
        context = scope[_KEY] = RequestContext(dict(scope.get("headers", ())), "")
    return context
