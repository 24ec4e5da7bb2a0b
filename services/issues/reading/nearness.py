"""Decides which cases are near in a search: those at a building that is named, or those around a point.

Near cases are listed before all others. Each kind of nearness has an index of its own, which is walked from the newest
case on.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.store.mongo import ASCENDING, DESCENDING, Document
from services.issues.reading import tiles

_PLACED = "community_1_place_1_order_-1"
CELLS = "cells"
"""The name of the index of cases by cell of the map."""

AT_PLACES = (("community", ASCENDING), ("place", ASCENDING), ("order", DESCENDING))
"""The index of cases by place."""


@dataclass(frozen=True, slots=True)
class Near:
    """Rows are near whose `field` has one of the `values`; the `index` finds them."""

    field: str
    values: frozenset[Any]
    index: str

    @property
    def condition(self) -> Document:
        """The condition on rows that are near."""
        return {self.field: {"$in": sorted(self.values)}}

    @property
    def walk(self) -> Document:
        """The condition for walking the index from the newest row on, open or closed."""
        return self.condition if self.index == _PLACED else {**self.condition, "open": {"$in": [False, True]}}

    def has(self, row: Mapping[str, Any]) -> bool:
        """Whether `row` is near."""
        return row.get(self.field) in self.values


def at_place(public_place: str) -> Near:
    """Nearness to a public place: cases in that building, or in the open grounds of that place."""
    return Near("place", frozenset({public_place}), _PLACED)


def around(lon: float, lat: float) -> Near:
    """Nearness to a point in WGS84: cases in its cell, or in one of the eight cells beside it, up to 200 m away."""
    width = 360 / (1 << tiles.LEAF)
    height = width * math.cos(math.radians(min(abs(lat), 85)))
    box = tiles.Box(lon - width, lat - height, lon + width, lat + height)
    return Near("cell", frozenset(tiles.within(box, tiles.LEAF)), CELLS)
