"""Proxies: somebody receives what another is told, a daughter for her father. Both must want it."""

from datetime import datetime

from pydantic import ConfigDict

from services.contracts.marks import Officer, Someone
from services.contracts.value import Value


class Proxy(Value):
    """`person` receives what is told to the one who named them, from the moment at which they have agreed."""

    model_config = ConfigDict(frozen=True)

    person: Someone[str]
    named_by: Officer[str]
    named_at: datetime
    agreed_at: datetime | None = None

    @property
    def agreed(self) -> bool:
        """Whether the proxy wants it."""
        return self.agreed_at is not None
