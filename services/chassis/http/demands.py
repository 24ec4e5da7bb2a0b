"""The demand of a route, known before it sees a request: whether the caller must be known, and which kinds of body are
read."""

from dataclasses import dataclass
from typing import Final

JSON: Final = "application/json"
MULTIPART: Final = "multipart/form-data"
URLENCODED: Final = "application/x-www-form-urlencoded"
FORMS: Final = frozenset({MULTIPART, URLENCODED})

BULKY = {"x-body-limit": "upload"}
"""`openapi_extra` of a route that takes many things at once: its body may be as large as an upload."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The demand of one route. `kinds` are the media types that the route reads; none means that it reads no body.

    `query` are the parameters that it knows; None means that it ignores others.
    """

    token: bool = False
    kinds: tuple[str, ...] = ()
    bulky: bool = False
    query: frozenset[str] | None = None

    @property
    def reads_forms(self) -> bool:
        """Whether the route reads a form, rather than JSON."""
        return not FORMS.isdisjoint(self.kinds)


NOTHING: Final = Demand()
