"""Points on the map, and how far they lie apart."""

import math

from pydantic import ConfigDict, Field

from services.contracts.value import Value

_EARTH = 6_371_009.0
"""Metres from its middle."""


class Point(Value):
    """A position in degrees of WGS-84."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


def metres_between(one: Point, other: Point) -> float:
    """The metres from one point to the other, as the crow flies."""
    a, b = math.radians(one.lat), math.radians(other.lat)
    half_north, half_east = (b - a) / 2, math.radians(other.lon - one.lon) / 2
    chord = math.sin(half_north) ** 2 + math.cos(a) * math.cos(b) * math.sin(half_east) ** 2
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(chord)))
