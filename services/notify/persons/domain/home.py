"""The building and age band of a person, which messages to such groups need: no flat, no birthday."""

from pydantic import ConfigDict

from services.chassis.errors import Invalid
from services.contracts.marks import Id
from services.contracts.value import Value
from services.notify.shared.values import AgeBand


class NoSuchBuilding(
    Invalid,
    code="home.unknown-building",
    zh="本社区没有这栋楼：{building}。",
    en="There is no such building here: {building}.",
):
    """Who names a building that is not there would never be reached by messages to it."""


class Home(Value):
    """The building in which somebody lives and the band of their age, as they have told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    building: Id | None = None
    age_band: AgeBand | None = None
