"""Points on the map, and the datums that maps in China use: WGS-84 (GPS), GCJ-02 (公开地图), BD-09 (百度).

Degrees everywhere; longitude before latitude, as GeoJSON has them. A point is kept as WGS-84 with the datum it came in,
so that it is computed with in one datum and shown in the one that it was given in.

GCJ-02 is a shift of some hundred metres by a published sum of sines on the Krasovsky ellipsoid; BD-09 shifts GCJ-02
once more. The way back has no closed form: it is found by iteration, to far less than a metre. Outside a box around
China GCJ-02 is WGS-84. At the edge of that box the shift begins all at once, so a point within a kilometre of it (sea,
or another country) may come back as far off as the shift itself; no community lies there.
"""

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from services.contracts.value import Value

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Degrees = tuple[float, float]
"""Longitude, latitude."""

_SEMI_MAJOR = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BAIDU_PI = math.pi * 3000.0 / 180.0
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_CLOSE_ENOUGH = 1e-9
_STEPS = 30


class Datum(StrEnum):
    """The datum that coordinates refer to."""

    WGS84 = "WGS84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


class Point(Value):
    """A place on the earth: `lon` and `lat` are WGS-84, `datum` is the one in which the source gave them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lon: Longitude
    lat: Latitude
    datum: Datum = Datum.WGS84

    def as_given(self) -> "GivenPoint":
        """The same place in the datum that it came in."""
        lon, lat = from_wgs84((self.lon, self.lat), self.datum)
        return GivenPoint(lon=_within(lon, 180), lat=_within(lat, 90), datum=self.datum)


class GivenPoint(Value):
    """A point as somebody sends it: `lon` and `lat` in `datum`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lon: Longitude
    lat: Latitude
    datum: Datum = Datum.WGS84

    def point(self) -> Point:
        """The same place in WGS-84."""
        lon, lat = to_wgs84((self.lon, self.lat), self.datum)
        return Point(lon=_within(lon, 180), lat=_within(lat, 90), datum=self.datum)


def to_wgs84(place: Degrees, datum: Datum) -> Degrees:
    """`place`, given in `datum`, in WGS-84."""
    match datum:
        case Datum.GCJ02:
            return _inverse(_to_gcj02, place)
        case Datum.BD09:
            return _inverse(_to_gcj02, _inverse(_to_bd09, place))
        case _:
            return place


def from_wgs84(place: Degrees, datum: Datum) -> Degrees:
    """`place`, given in WGS-84, in `datum`."""
    match datum:
        case Datum.GCJ02:
            return _to_gcj02(place)
        case Datum.BD09:
            return _to_bd09(_to_gcj02(place))
        case _:
            return place


def metres_between(one: Degrees, other: Degrees) -> float:
    """The distance of two places on a sphere of the earth's mean radius."""
    (lon1, lat1), (lon2, lat2) = (map(math.radians, place) for place in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))


def _to_gcj02(place: Degrees) -> Degrees:
    lon, lat = place
    if not (_WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH):
        return place
    east, north = _shift(lon - 105.0, lat - 35.0)
    flattened = 1 - _ECCENTRICITY_SQUARED * math.sin(math.radians(lat)) ** 2
    meridian = _SEMI_MAJOR * (1 - _ECCENTRICITY_SQUARED) / flattened**1.5
    parallel = _SEMI_MAJOR / math.sqrt(flattened) * math.cos(math.radians(lat))
    return lon + math.degrees(east / parallel), lat + math.degrees(north / meridian)


def _shift(x: float, y: float) -> tuple[float, float]:
    """Metres east and north, by degrees from 105° E, 35° N."""

    def waves(*terms: tuple[float, float]) -> float:
        return sum(height * math.sin(angle * math.pi) for height, angle in terms) * 2.0 / 3.0

    ripple = waves((20.0, 6.0 * x), (20.0, 2.0 * x))
    root = math.sqrt(abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += ripple + waves((20.0, x), (40.0, x / 3.0), (150.0, x / 12.0), (300.0, x / 30.0))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += ripple + waves((20.0, y), (40.0, y / 3.0), (160.0, y / 12.0), (320.0, y / 30.0))
    return east, north


def _to_bd09(place: Degrees) -> Degrees:
    lon, lat = place
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BAIDU_PI)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BAIDU_PI)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def _inverse(forward: Callable[[Degrees], Degrees], wanted: Degrees) -> Degrees:
    """The place that `forward` takes to `wanted`, by steps that each make up for what the last one missed."""
    lon, lat = wanted
    for _ in range(_STEPS):
        reached = forward((lon, lat))
        missed = wanted[0] - reached[0], wanted[1] - reached[1]
        if max(map(abs, missed)) < _CLOSE_ENOUGH:
            break
        lon, lat = lon + missed[0], lat + missed[1]
    return lon, lat


def _within(value: float, limit: float) -> float:
    """Rounded to a centimetre, and not beyond the edge of the map."""
    return max(-limit, min(limit, round(value, 7)))
