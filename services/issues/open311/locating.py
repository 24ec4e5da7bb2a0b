"""Finds the place of the tree that a client means, by the place's id, by WGS-84 coordinates, or by words.

Coordinates mean the nearest building that has a point, within 150 m, else the nearest compound within 3 km. Words mean
the compound that they name, the building in it whose number they give, and its floor. In a community with one compound,
other words mean that compound, and so do coordinates if no place has a point; but words that name another region,
street or compound, or, without a compound, a building that is not there, mean no place here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.chassis.errors import UnknownAggregate
from services.contracts.issues import PlaceKind
from services.issues.open311.addresses import behind, elsewhere, floor_named, houses_named, names
from services.issues.open311.form import Form
from services.issues.open311.refusals import LocationMissing, LocationUnknown, ValueRefused
from services.issues.places.domain.datum import GivenPoint, metres_between
from services.issues.places.domain.floors import has_floor
from services.issues.places.domain.places import Place, PlaceIsRetired, PointFarAway, require_near
from services.issues.places.service import reportable
from services.issues.shared.cache import AggregateCache
from services.issues.shared.queries import matching

_MOST = 2000
_BUILDING_WITHIN = 150.0
_COMPOUND_WITHIN = 3000.0
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Location:
    """The location of a request: a place of the tree, the point that was sent, the words, and the floor that they
    name."""

    place: Place
    point: GivenPoint | None
    words: str | None
    floor: int | None = None


async def locate(places: AggregateCache[Place], community: str, form: Form) -> Location:
    """The location that `form` gives.

    Raises:
        LocationMissing: the form gives none.
        LocationUnknown: the form means no place of the community.
        ValueRefused: the coordinates are impossible.
    """
    id, words, point = form.get("address_id"), form.get("address_string", 1000), _point(form)
    if id is not None:
        return Location(await _named(places, community, id, point), point, words)
    if point is None and words is None:
        raise LocationMissing()
    there = await _public_places(places, community)
    if point is not None and (words is None or any(place.point is not None for place in there)):
        place = nearest(there, point)
    else:
        place = spoken_of(there, words or "")
    if place is None:
        raise LocationUnknown(parameter="address_string" if point is None else "lat, long")
    if words is not None and place.kind is PlaceKind.COMPOUND:
        place = _more_exactly(there, place, words) or place
    return Location(place, point, words, _floor(place, words))


def nearest(places: Sequence[Place], point: GivenPoint) -> Place | None:
    """The place of `places` that `point` means; None where it is too far from all."""
    here = (point.lon, point.lat)
    placed = [(place, place.point) for place in places if place.point is not None]
    near = sorted(
        ((metres_between(here, (there.lon, there.lat)), place) for place, there in placed), key=lambda pair: pair[0]
    )
    for kind, within in ((PlaceKind.BUILDING, _BUILDING_WITHIN), (PlaceKind.COMPOUND, _COMPOUND_WITHIN)):
        for distance, place in near:
            if place.kind is kind and distance <= within:
                return place
    by_id = {place.id: place for place in places}
    for distance, place in near:
        if distance <= _COMPOUND_WITHIN:
            return by_id.get(place.parent or "", place)
    return None if near else _only(places, lambda place: place.kind is PlaceKind.COMPOUND)


def spoken_of(places: Sequence[Place], words: str) -> Place | None:
    """The place of `places` that `words` name; None where they name none. A building that is not there means the
    compound, where they name that."""
    compounds = [place for place in places if place.kind is PlaceKind.COMPOUND]
    if elsewhere(words, [compound.title for compound in compounds]):
        return None
    called = [each for each in compounds if names(words, each.title)]
    longest = max(called, key=lambda each: len(each.title)) if called else None
    compound = longest or _only(compounds, lambda each: True)
    if compound is not None:
        exactly = _more_exactly(places, compound, words)
        return compound if exactly is None and called else exactly
    return _only(places, lambda place: place.kind is PlaceKind.BUILDING and names(words, place.title))


def _more_exactly(places: Sequence[Place], compound: Place, words: str) -> Place | None:
    """The building in `compound` whose number or title `words` hold; the compound itself where they hold none, and
    None where they surely name a building that is not in it."""
    inside = [place for place in places if place.parent == compound.id and place.kind is PlaceKind.BUILDING]
    numbers, surely = houses_named(behind(words, compound.title))
    found = _only(inside, lambda place: place.number in numbers)
    found = found or _only(inside, lambda place: names(words, place.title))
    missing = surely and inside and numbers.isdisjoint(place.number for place in inside)
    return found or (None if missing else compound)


def _floor(place: Place, words: str | None) -> int | None:
    floor = None if words is None or place.kind is not PlaceKind.BUILDING else floor_named(words)
    return floor if floor is not None and has_floor(place.floors, floor) else None


def _only(places: Sequence[Place], fits: Callable[[Place], bool]) -> Place | None:
    found = [place for place in places if fits(place)]
    return found[0] if len(found) == 1 else None


async def _named(places: AggregateCache[Place], community: str, id: str, point: GivenPoint | None) -> Place:
    try:
        steps = await reportable(places, id)
    except (UnknownAggregate, PlaceIsRetired):
        raise LocationUnknown(parameter="address_id") from None
    if steps[-1].community != community:
        raise LocationUnknown(parameter="address_id")
    try:
        require_near(steps, point)
    except PointFarAway:
        raise LocationUnknown(parameter="lat, long") from None
    return steps[-1]


async def _public_places(places: AggregateCache[Place], community: str) -> list[Place]:
    query = matching(community, kind=[PlaceKind.COMPOUND, PlaceKind.BUILDING])
    page = await places.stored.select(query, limit=_MOST)
    return [stored.aggregate for stored in page.items if not stored.aggregate.retired]


def _point(form: Form) -> GivenPoint | None:
    lat, long = form.get("lat"), form.get("long")
    if lat is None and long is None:
        return None
    if lat is None or long is None:
        raise LocationMissing()
    return GivenPoint(lon=_degrees("long", long, 180), lat=_degrees("lat", lat, 90))


def degrees_in(text: str) -> float | None:
    """The number that `text` is; None where it is none. A comma is no point, and nothing stands between digits."""
    return float(text) if _DECIMAL.fullmatch(text) else None


def _degrees(name: str, text: str, most: int) -> float:
    value = degrees_in(text)
    if value is None or not -most <= value <= most:
        raise ValueRefused(parameter=name, reason="不是 WGS84 坐标", reason_en="it is no coordinate in WGS84")
    return value
