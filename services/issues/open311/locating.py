"""Finds the place of the tree that a client means: by its id, by WGS-84 coordinates, or by words.

By coordinates: the nearest building that has a point, within 150 m, else the nearest compound within 3 km. By words:
the compound that they name, and the building whose number they say in it. Where a community has one compound only,
words that say nothing better, and coordinates where no place has a point, mean that compound.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.chassis.errors import UnknownAggregate
from services.contracts.issues import PlaceKind
from services.issues.open311.form import Form
from services.issues.open311.refusals import LocationMissing, LocationUnknown, ValueRefused
from services.issues.places.domain.datum import GivenPoint, metres_between
from services.issues.places.domain.places import Place, PlaceIsRetired, PointFarAway, require_near
from services.issues.places.service import reportable
from services.issues.shared.cache import AggregateCache
from services.issues.shared.queries import matching

_MOST = 2000
_BUILDING_WITHIN = 150.0
_COMPOUND_WITHIN = 3000.0
_NUMBER = re.compile(
    r"(?<!\d)(\d{1,4})\s*(?:号楼|幢|栋|号|#|座)|(?:building|bldg\.?|no\.?)\s*(\d{1,4})(?!\d)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Location:
    """Where it is: a place of the tree, the point that was sent, and the words."""

    place: Place
    point: GivenPoint | None
    words: str | None


async def locate(places: AggregateCache[Place], community: str, form: Form) -> Location:
    """The location that `form` gives.

    Raises:
        LocationMissing: it gives none.
        LocationUnknown: no place of the community is meant by it.
        ValueRefused: coordinates that can't be.
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
        place = _more_exactly(there, place, words)
    return Location(place, point, words)


def nearest(places: Sequence[Place], point: GivenPoint) -> Place | None:
    """The place of `places` that is meant by `point`."""
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
    """The place of `places` that `words` name."""
    said = _bare(words)
    compounds = [place for place in places if place.kind is PlaceKind.COMPOUND]
    named = [each for each in compounds if _bare(each.title) in said]
    longest = max(named, key=lambda each: len(each.title)) if named else None
    compound = longest or _only(compounds, lambda each: True)
    if compound is not None:
        return _more_exactly(places, compound, words)
    return _only(places, lambda place: place.kind is PlaceKind.BUILDING and _bare(place.title) in said)


def _more_exactly(places: Sequence[Place], compound: Place, words: str) -> Place:
    """The building in `compound` whose number or title `words` say; the compound itself where they say none."""
    inside = [place for place in places if place.parent == compound.id and place.kind is PlaceKind.BUILDING]
    numbers = {int(one or other) for one, other in _NUMBER.findall(words.removeprefix(compound.title))}
    found = _only(inside, lambda place: place.number in numbers)
    return found or _only(inside, lambda place: _bare(place.title) in _bare(words)) or compound


def _only(places: Sequence[Place], fits: Callable[[Place], bool]) -> Place | None:
    found = [place for place in places if fits(place)]
    return found[0] if len(found) == 1 else None


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text).lower()


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


def _degrees(name: str, text: str, most: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise ValueRefused(parameter=name, reason="不是 WGS84 坐标", reason_en="it is no coordinate in WGS84")
    return value
