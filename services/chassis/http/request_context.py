"""What the layers of the border learn of one request and hand to those behind them."""

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Final

from services.chassis.errors import CommunityError
from services.chassis.principal import Principal

if TYPE_CHECKING:
    from services.chassis.http.demands import Demand
    from services.chassis.http.error_formats import Dialect

_KEY = "community.passage"

UNREAD: Final = object()
"""In place of a value that nobody has parsed."""


class RequestContext:
    """One request on its way in."""

    __slots__ = ("body_limit", "demand", "dialect", "headers", "principal", "refusal", "trace", "value")

    def __init__(self, headers: dict[bytes, bytes], trace: str, dialect: "Dialect | None" = None) -> None:
        self.headers = headers
        self.trace = trace
        self.dialect = dialect
        """How refusals are told here; None: as problem details."""
        self.principal: Principal | None = None
        self.refusal: CommunityError | None = None
        """Why a token that was sent is not believed."""
        self.body_limit = 0
        self.demand: Demand | None = None
        """What the route asks for; None where there is no such route, or the border was passed by."""
        self.value: Any = UNREAD
        """The JSON of a body that is bulky or small, as the border parsed it; nobody changes it."""


def enter(scope: MutableMapping[str, Any], passage: RequestContext) -> None:
    """Lay `passage` beside the request."""
    scope[_KEY] = passage


def request_context_of(scope: MutableMapping[str, Any]) -> RequestContext:
    """The passage of the request; one with nothing learnt where it came in past the border, as in a bare test."""
    passage = scope.get(_KEY)
    if not isinstance(passage, RequestContext):
        passage = scope[_KEY] = RequestContext(dict(scope.get("headers", ())), "")
    return passage
