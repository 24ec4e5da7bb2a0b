"""The view of places in the API."""

from collections.abc import Callable

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.contracts.issues import PlaceKind
from services.issues.places.domain.datum import GivenPoint
from services.issues.places.domain.places import Place
from services.issues.shared.cache import AggregateCache
from services.issues.shared.views import Identified


class PlaceView(Identified):
    """A place of the tree. `path`: what it stands in. `building`: the one it is or is in; `storey`: its floor.

    `point` is given in the datum that it came in. Members of the community see all places; others see none.
    """

    kind: PlaceKind
    title: str
    parent: str | None
    path: tuple[str, ...]
    building: str | None
    storey: int | None
    number: int | None
    floors: int | None
    households: int | None
    residents: int | None
    grid: str | None
    point: GivenPoint | None
    retired: bool
    names: dict[str, str] = Field(description="The titles of the places that it stands in, by their ids.")


class StepView(BaseModel):
    """One place on the way down to another."""

    id: str
    kind: PlaceKind
    title: str
    number: int | None


def place_view(places: AggregateCache[Place]) -> Callable[[Stored[Place]], PlaceView]:
    """How every member of its community may see a place; `places` has loaded those that it stands in."""

    def view(stored: Stored[Place]) -> PlaceView:
        place = stored.aggregate
        above = {id: step.title for id in place.above if (step := places.known(id)) is not None}
        computed = {"version", "path", "point", "names"}
        given = {name: getattr(place, name) for name in PlaceView.model_fields.keys() - computed}
        point = None if place.point is None else place.point.as_given()
        return PlaceView(version=stored.version, path=place.above, point=point, names=above, **given)

    return view


def step_view(place: Place) -> StepView:
    """The place as a step on the way to another."""
    return StepView(id=place.id, kind=place.kind, title=place.title, number=place.number)
