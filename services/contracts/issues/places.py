"""Partner organisations, and the places that cases and rounds speak of."""

from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Masked, Public
from services.contracts.topics import ISSUES


class UnitKind(StrEnum):
    """What a partner organisation is."""

    PROPERTY = "property"
    STREET = "street-department"
    CLINIC = "clinic"
    ELDER_CARE = "elder-care"
    VOLUNTEERS = "volunteers"
    ALLIANCE = "alliance"
    COMMITTEE = "committee"
    OTHER = "other"


class PlaceKind(StrEnum):
    """How fine a public place is."""

    COMPOUND = "compound"
    BUILDING = "building"


class _Unit(BaseModel):
    code: Public[Code]
    kind: Public[UnitKind]
    title: Public[Masked]
    title_en: Public[Masked | None] = None


class UnitState(_Unit, State, type="cn.community.issues.unit.state.v1", topic=ISSUES):
    """A partner organisation. Its name is public."""


class UnitRegistered(_Unit, Event, type="cn.community.issues.unit.registered.v1", topic=ISSUES, state=UnitState):
    """An organisation joined the community's partners."""


class _Place(BaseModel):
    kind: Public[PlaceKind]
    title: Public[Masked]
    parent: Public[Id | None] = None
    number: Public[int | None] = None
    floors: Public[int | None] = None
    households: Public[int | None] = None
    residents: Public[int | None] = None


class PlaceState(_Place, State, type="cn.community.issues.place.state.v1", topic=ISSUES):
    """A compound or a building. `number` is the building's number as people say it (9 in 9号楼)."""


class PlaceRegistered(_Place, Event, type="cn.community.issues.place.registered.v1", topic=ISSUES, state=PlaceState):
    """A place became known."""
