"""Partner organisations, and the places that cases and rounds speak of."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Internal, Masked, Office, OfficerId, Public, Thing
from services.contracts.topics import ISSUES


class UnitKind(StrEnum):
    """What kind of organisation a partner is."""

    PROPERTY = "property"
    STREET = "street-department"
    CLINIC = "clinic"
    ELDER_CARE = "elder-care"
    VOLUNTEERS = "volunteers"
    ALLIANCE = "alliance"
    COMMITTEE = "committee"
    OTHER = "other"


class PlaceKind(StrEnum):
    """How fine a place is. A stairwell is a unit (单元) of a building: an entrance with the stairs and lifts behind it;
    it is called so because units are partner organisations here. Only a compound and a building are public.
    """

    COMPOUND = "compound"
    BUILDING = "building"
    STAIRWELL = "stairwell"
    FLOOR = "floor"
    SPOT = "spot"


PublicKind = Literal[PlaceKind.COMPOUND, PlaceKind.BUILDING]


class PointData(BaseModel):
    """WGS-84 degrees, and the datum that the source spoke. Inside the service only."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    lon: float
    lat: float
    datum: Thing[str]


class MapPosition(BaseModel):
    """Where a compound or a building stands: degrees of WGS-84 to the east and to the north."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    east: float
    north: float


class _Unit(BaseModel):
    code: Public[Code]
    kind: Public[UnitKind]
    title: Public[Office[Masked]]
    title_en: Public[Office[Masked | None]] = None


class UnitState(_Unit, State, type="cn.community.issues.unit.state.v1", topic=ISSUES):
    """A partner organisation. Its name is public."""


class UnitRegistered(_Unit, Event, type="cn.community.issues.unit.registered.v1", topic=ISSUES, state=UnitState):
    """An organisation became a partner of the community."""


class _Place(BaseModel):
    kind: Public[PublicKind]
    title: Public[Office[Masked]]
    parent: Public[Id | None] = None
    number: Public[int | None] = None
    floors: Public[int | None] = None
    households: Public[int | None] = None
    residents: Public[int | None] = None
    retired: Public[bool] = False
    stands: Public[MapPosition | None] = None


class PlaceState(_Place, State, type="cn.community.issues.place.state.v1", topic=ISSUES):
    """A compound or a building. `number` is the building's number as people say it (9 in 9号楼).

    `retired`: it is there no longer, or no longer the committee's; what happened there stays readable. `stands`: where
    it is on the map, as far as somebody has entered it.
    """


class PlaceRegistered(_Place, Event, type="cn.community.issues.place.registered.v1", topic=ISSUES, state=PlaceState):
    """A place was entered."""

    grid: Internal[Thing[str | None]] = None
    point: Internal[PointData | None] = None


class PlaceChanged(Event, type="cn.community.issues.place.changed.v1", topic=ISSUES, state=PlaceState):
    """What is known of a place was corrected; a place never moves to another parent or number."""

    title: Public[Office[Masked]]
    floors: Public[int | None]
    households: Public[int | None]
    residents: Public[int | None]
    grid: Internal[Thing[str | None]]
    point: Internal[PointData | None]
    stands: Public[MapPosition | None] = None
    by: Internal[OfficerId]


class PlaceRetired(Event, type="cn.community.issues.place.retired.v1", topic=ISSUES, state=PlaceState):
    """A place was retired: nothing is reported there any more."""

    retired: Public[bool]
    by: Internal[OfficerId]


class InnerPlaceRegistered(Event, type="cn.community.issues.place.inner-registered.v1", topic=ISSUES, internal=True):
    """A stairwell, a floor or a spot was entered. It is finer than the public may know, and stays in the journal."""

    kind: Internal[PlaceKind]
    title: Internal[Office[str]]
    parent: Internal[Id]
    path: Internal[list[Id]]
    number: Internal[int | None] = None
    floor: Internal[int | None] = None
    grid: Internal[Thing[str | None]] = None
    point: Internal[PointData | None] = None


class InnerPlaceChanged(Event, type="cn.community.issues.place.inner-changed.v1", topic=ISSUES, internal=True):
    """What is known of a stairwell, a floor or a spot was corrected."""

    title: Internal[Office[str]]
    grid: Internal[Thing[str | None]]
    point: Internal[PointData | None]
    by: Internal[OfficerId]


class InnerPlaceRetired(Event, type="cn.community.issues.place.inner-retired.v1", topic=ISSUES, internal=True):
    """A stairwell, a floor or a spot was retired: nothing is reported there any more."""

    by: Internal[OfficerId]
