"""Whether a place has the floor that somebody names beside it."""

from collections.abc import Sequence

from services.chassis.errors import Conflict, Invalid
from services.chassis.words import Worded
from services.contracts.issues import PlaceKind
from services.issues.places.domain.places import Place

_NAMED = 10
"""So many floors are named in a refusal."""

_HAVE_FLOORS = frozenset({PlaceKind.BUILDING, PlaceKind.STAIRWELL})


class NoFloors(
    Invalid,
    code="place.no-floors",
    zh="“{title}”不是楼栋，没有楼层，请选择楼栋或去掉楼层。",
    en="{title} is no building and has no floors: choose a building, or name no floor.",
):
    """A floor is named beside open grounds."""


class FloorNotThere(
    Invalid,
    code="place.no-such-floor",
    zh="“{title}”没有 {floor} 层，请核对楼栋和楼层。",
    en="{title} has no floor {floor}; check the building and the floor.",
):
    """A floor is named that is higher than the building, or 0, which no building has."""


class FloorsAbove(
    Conflict,
    code="place.floors-above",
    zh="该地点已登记有更高的楼层：{floors}。请核对层数，或先停用这些楼层。",
    en="Higher floors are registered there: {floors}. Check the number of floors, or retire these first.",
):
    """A house can't have fewer floors than those in it that are in use."""


def has_floor(floors: int | None, floor: int) -> bool:
    """Whether a building of so many `floors` (None: not known) has the floor numbered `floor`. Floors above the ground
    begin with 1, those below it with -1."""
    return floor != 0 and (floors is None or floor <= floors)


def require_floor(steps: Sequence[Place], floor: int | None) -> None:
    """Raises NoFloors or FloorNotThere unless the last of `steps`, from the compound down, has the floor `floor`.
    A place that is on a floor itself says its own."""
    place = steps[-1]
    if floor is None or place.storey is not None:
        return
    if place.building is None:
        raise NoFloors(title=place.title)
    house = next((step for step in reversed(steps) if step.kind in _HAVE_FLOORS and step.floors is not None), None)
    if not has_floor(None if house is None else house.floors, floor):
        raise FloorNotThere(title=place.title if house is None else house.title, floor=floor)


def require_no_floors_above(highest: int | None, floors: Sequence[int]) -> None:
    """Raises FloorsAbove where a place that is to have `highest` floors has higher ones among `floors`, its own in
    use."""
    higher = [] if highest is None else sorted({number for number in floors if number > highest})
    if higher:
        told = [Worded(str(number), f"{number}层", f"floor {number}") for number in higher[:_NAMED]]
        more = [Worded("…", "…", "…")] if len(higher) > _NAMED else []
        raise FloorsAbove(floors=Worded.several([*told, *more]))
