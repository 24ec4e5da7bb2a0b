"""What a route demands before it sees a request: whether the caller must be known, and what kind of body it reads."""

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
    """What one route asks. `kinds` are the media types that it reads; none: it reads no body."""

    token: bool = False
    kinds: tuple[str, ...] = ()
    bulky: bool = False

    @property
    def reads_forms(self) -> bool:
        """Whether a form is read, rather than JSON."""
        return not FORMS.isdisjoint(self.kinds)


NOTHING: Final = Demand()
