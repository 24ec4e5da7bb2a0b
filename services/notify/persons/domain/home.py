"""Where somebody belongs, as far as messages to a building or an age band need it: no flat, no birthday."""

from typing import Literal

from pydantic import ConfigDict

from services.contracts.marks import Id
from services.contracts.value import Value

AgeBand = Literal["child", "youth", "adult", "elder"]


class Home(Value):
    """The building in which somebody lives and the band of their age, as they have told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    building: Id | None = None
    age_band: AgeBand | None = None
