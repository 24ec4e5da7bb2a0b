"""Proxies: somebody receives what another is told, a daughter for her father. Both must want it."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from services.contracts.marks import Officer, Personal, Someone
from services.contracts.text import OneLine, Plain
from services.contracts.value import Value

Called = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20), Plain, OneLine]
"""What a proxy calls the person for whom they stand in: "妈妈"."""


class Proxy(Value):
    """`person` receives what is told to the one who named them, from the moment at which they have agreed. They call
    that one `called`, which tells them for whom a message is where they stand in for several."""

    model_config = ConfigDict(frozen=True)

    person: Someone[str]
    named_by: Officer[str]
    named_at: datetime
    agreed_at: datetime | None = None
    called: Personal[Called | None] = Field(default=None, repr=False)

    @property
    def agreed(self) -> bool:
        """Whether the proxy wants it."""
        return self.agreed_at is not None
