"""Cells of the map: the tiles that every web map is cut into (Web Mercator, x and y from the north-west corner).

A cell of zoom z is one of 2^z by 2^z tiles; its number joins x and y bit by bit (Morton order), so that the four cells
within a cell of the next lower zoom follow one another, and a cell's parent is its number without the last two bits.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

LEAF = 18
"""The finest cells: about 130 m wide in the middle latitudes of China, less than a compound."""

LEVELS = (18, 16, 14, 12, 10, 8, 6)
"""The zooms at which cases are counted, the finest first. Each cell is the sum of sixteen cells of the next finer
one."""

_NORTHMOST = 85.05112878


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the map, in degrees of WGS84. It does not cross the date line."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        """Whether the point lies within, its edges included."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


def cell(lon: float, lat: float, zoom: int = LEAF) -> int:
    """The number of the cell around a point."""
    return _joined(*_tile(lon, lat, zoom))


def parent(number: int, levels: int = 2) -> int:
    """The number of the cell `levels` zooms above."""
    return number >> (2 * levels)


def children(number: int, levels: int = 2) -> tuple[int, int]:
    """The range of the cells within the cell `number`, `levels` zooms below: the first, and the one after the last."""
    return number << (2 * levels), (number + 1) << (2 * levels)


def count_within(box: Box, zoom: int) -> int:
    """How many cells of `zoom` the box touches."""
    west, east, north, south = _span(box, zoom)
    return (east - west + 1) * (south - north + 1)


def within(box: Box, zoom: int) -> Iterator[int]:
    """The cells of `zoom` that the box touches."""
    west, east, north, south = _span(box, zoom)
    for y in range(north, south + 1):
        for x in range(west, east + 1):
            yield _joined(x, y)


def level_for(zoom: int) -> int:
    """The zoom whose cells are 64 to 128 pixels wide on a map of `zoom` (256 pixels a tile)."""
    wanted = zoom + 2
    return next((level for level in LEVELS if level <= wanted), LEVELS[-1])


def _span(box: Box, zoom: int) -> tuple[int, int, int, int]:
    west, north = _tile(box.west, box.north, zoom)
    east, south = _tile(box.east, box.south, zoom)
    return west, east, north, south


def _tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    size = 1 << zoom
    lat = math.radians(max(-_NORTHMOST, min(_NORTHMOST, lat)))
    x = int((lon + 180) / 360 * size)
    y = int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * size)
    return max(0, min(size - 1, x)), max(0, min(size - 1, y))


def _joined(x: int, y: int) -> int:
    return _spread(x) | _spread(y) << 1


def _spread(number: int) -> int:
    """`number`, of at most 18 bits, with a zero before every bit."""
    return sum(((number >> bit) & 1) << (2 * bit) for bit in range(number.bit_length()))
