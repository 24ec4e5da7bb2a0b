"""Lays out the inside of a building at once: its stairwells, their floors, and what is on every floor."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from services.chassis.errors import Invalid
from services.chassis.values import Line, Request
from services.contracts.issues import PlaceKind
from services.issues.places.domain.places import BUILDING, STAIRWELL, Place, RegisterPlace, misplaced, place_id
from services.issues.shared.values import Floor

MAX_PLACES = 2000


class TooManyPlaces(
    Invalid,
    code="place.too-many",
    zh="一次最多登记 {limit} 个地点，本次为 {count} 个。",
    en="At most {limit} places are registered at once; these are {count}.",
):
    """A bound on one request."""


class FloorsUnknown(
    Invalid,
    code="place.floors-unknown",
    zh="该楼栋未登记层数，请给出最高层。",
    en="The building's floors are not known; say which is the highest.",
):
    """Neither the request nor the building says how many floors there are."""


class FloorsUpsideDown(
    Invalid, code="place.floors-upside-down", zh="最低层不能高于最高层。", en="The lowest floor is above the highest."
):
    """The lowest floor lies above the highest, so that there would be none."""


class LayOut(Request):
    """Stairwells 1 to `stairwells` (0: none), each with the floors `lowest` to `highest`, each with all `spots`.

    `highest` left out: the building's floors. There is no floor 0. In a stairwell, `stairwells` must be 0.
    """

    stairwells: Annotated[int, Field(ge=0, le=30)] = 0
    lowest: Floor = 1
    highest: Floor | None = None
    spots: Annotated[tuple[Line, ...], Field(max_length=20)] = ()


def lay_out(place: Place, command: LayOut) -> list[RegisterPlace]:
    """The places that `command` speaks of, in the building or stairwell `place`; what stands in another comes later.

    Raises:
        PlaceMisplaced: floors don't stand in such a place, or stairwells in a stairwell.
        FloorsUnknown, FloorsUpsideDown, TooManyPlaces: as they say.
    """
    if place.kind not in (BUILDING, STAIRWELL):
        raise misplaced(PlaceKind.FLOOR)
    if command.stairwells and place.kind is STAIRWELL:
        raise misplaced(STAIRWELL)
    numbers = _floors(place, command)
    spots = tuple(dict.fromkeys(command.spots))
    wells = command.stairwells
    count = wells + max(wells, 1) * len(numbers) * (1 + len(spots))
    if count > MAX_PLACES:
        raise TooManyPlaces(limit=MAX_PLACES, count=count)
    return sorted(_all(place, wells, numbers, spots), key=lambda each: list(PlaceKind).index(each.kind))


def _floors(place: Place, command: LayOut) -> list[int]:
    highest = command.highest if command.highest is not None else place.floors
    if highest is None:
        raise FloorsUnknown()
    if command.lowest > highest:
        raise FloorsUpsideDown()
    return [number for number in range(command.lowest, highest + 1) if number != 0]


def _all(place: Place, stairwells: int, numbers: list[int], spots: tuple[str, ...]) -> Iterator[RegisterPlace]:
    parents = [place.id]
    if stairwells:
        wells = [_at(place, PlaceKind.STAIRWELL, place.id, number=number) for number in range(1, stairwells + 1)]
        yield from wells
        parents = [place_id(well) for well in wells]
    for parent in parents:
        for number in numbers:
            floor = _at(place, PlaceKind.FLOOR, parent, number=number)
            yield floor
            for title in spots:
                yield _at(place, PlaceKind.SPOT, place_id(floor), title=title)


def _at(
    place: Place, kind: PlaceKind, parent: str, number: int | None = None, title: str | None = None
) -> RegisterPlace:
    return RegisterPlace(community=place.community, kind=kind, parent=parent, number=number, title=title)
