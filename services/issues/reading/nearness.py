"""What is near to somebody who searches: the building that they name, or what lies around a point.

Cases there are found before all others. Each way has an index of its own that is walked from the newest on.
"""

import math
from dataclasses import dataclass

from services.chassis.store.mongo import ASCENDING, DESCENDING, Document
from services.issues.reading import tiles

_PLACED = "community_1_place_1_order_-1"
CELLS = "cells"
"""The name of the index of what lies on the map."""

AT_PLACES = (("community", ASCENDING), ("place", ASCENDING), ("order", DESCENDING))
"""The index of what lies at one place."""


@dataclass(frozen=True, slots=True)
class Near:
    """Where rows are near: `condition` says it, and `index` leads there."""

    condition: Document
    index: str

    @property
    def walk(self) -> Document:
        """The condition as the index is walked by it: from the newest on, whatever is open."""
        return self.condition if self.index == _PLACED else {**self.condition, "open": {"$in": [False, True]}}


def at_place(public_place: str) -> Near:
    """Near is what lies in one building, or in the open at one place."""
    return Near({"place": public_place}, _PLACED)


def around(lon: float, lat: float) -> Near:
    """Near is what lies in the cell around a point in WGS84, or in one of the eight beside it: up to 200 m away."""
    width = 360 / (1 << tiles.LEAF)
    height = width * math.cos(math.radians(min(abs(lat), 85)))
    box = tiles.Box(lon - width, lat - height, lon + width, lat + height)
    return Near({"cell": {"$in": sorted(set(tiles.within(box, tiles.LEAF)))}}, CELLS)
