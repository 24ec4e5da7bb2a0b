"""Places as far as the public may know them: a compound and its buildings. Finer spots stay inside cases."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, tell
from services.chassis.errors import Invalid
from services.chassis.principal import Principal, Role
from services.contracts.issues import PlaceKind, PlaceRegistered, PlaceState
from services.contracts.marks import Id, Masked
from services.issues.domain.words import Line, Request


class PlaceNeedsParent(
    Invalid,
    code="place.building-needs-compound",
    zh="楼栋必须属于本社区的一个小区，并且有楼号。",
    en="A building stands in a compound of its community and has a number.",
):
    """A building without a compound can't be found, without a number can't be named."""


class CompoundStandsAlone(
    Invalid,
    code="place.compound-stands-alone",
    zh="小区没有上级地点，也没有楼号。",
    en="A compound has neither a parent nor a number.",
):
    """The compound is the root of a tree."""


class RegisterPlace(Request):
    """`number` is a building's number as people say it; the figures are those of the place itself."""

    community: Id
    kind: PlaceKind
    title: Line
    parent: Id | None = None
    number: Annotated[int, Field(ge=1, le=9999)] | None = None
    floors: Annotated[int, Field(ge=1, le=150)] | None = None
    households: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    residents: Annotated[int, Field(ge=0, le=10_000_000)] | None = None


class Place(Aggregate):
    """A compound or one of its buildings."""

    kind: PlaceKind
    title: Masked
    parent: str | None = None
    number: int | None = None
    floors: int | None = None
    households: int | None = None
    residents: int | None = None
    registered_at: datetime

    @property
    def building(self) -> str | None:
        """The building this is, or None for open grounds."""
        return self.id if self.kind is PlaceKind.BUILDING else None

    def public(self) -> PlaceState:
        return PlaceState(**{name: getattr(self, name) for name in PlaceState.model_fields})


def place_id(command: RegisterPlace) -> str:
    """The id that belongs to the place: a compound by its title, a building by its number in the compound."""
    if command.kind is PlaceKind.COMPOUND:
        return derived_id("place", command.community, command.title)
    return derived_id("place", command.community, str(command.parent), str(command.number))


def register_place(command: RegisterPlace, parent: Place | None, by: Principal, now: datetime) -> Decision[Place]:
    """Make a place known. `parent` is the place that the command names, if it exists.

    Raises:
        PlaceNeedsParent: a building is not put into a compound of its community, or has no number.
        CompoundStandsAlone: a compound is put into something.
    """
    by.require(command.community, Role.STAFF, Role.OPERATOR)
    if command.kind is PlaceKind.COMPOUND:
        if command.parent is not None or command.number is not None:
            raise CompoundStandsAlone()
    elif not _is_compound(parent, command.community) or command.number is None:
        raise PlaceNeedsParent()
    place = Place(id=place_id(command), registered_at=now, **command.model_dump())
    return decided(place, tell(PlaceRegistered, place))


def _is_compound(parent: Place | None, community: str) -> bool:
    return parent is not None and parent.kind is PlaceKind.COMPOUND and parent.community == community
