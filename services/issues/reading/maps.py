"""Cases on the map: single points where few cells are in view, else one point for each cell, with the number of its
cases.

Everybody sees a case at the point of its building or compound or, where that has none, roughly at its own point;
workers see it at its exact point where it has one. Boxes and points may be given in the datum of the map that shows
them; the store holds WGS-84 alone.
"""

from collections.abc import Collection as Some
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.errors import Invalid
from services.chassis.store import cursor as cursors
from services.chassis.store.mongo import DESCENDING, Collection, Database, Document
from services.issues.places.domain.datum import Datum, from_wgs84, to_wgs84
from services.issues.reading import tiles
from services.issues.reading.counts import Counts, Pile
from services.issues.reading.row import READ, ROWS
from services.issues.reading.tiles import Box

MOST_CELLS = 1024
_MOST_LEAVES = 90
_BROADEST_LOOK = 400


class NotABox(
    Invalid,
    code="map.not-a-box",
    zh="地图范围应写作 西,南,东,北（经纬度）。",
    en="A box is written west,south,east,north in degrees, west of east and south of north.",
):
    """The box is not four numbers in the order of GeoJSON (RFC 7946, 5)."""


class BoxTooLarge(
    Invalid,
    code="map.box-too-large",
    zh="该范围内的地点过多，请放大地图，或查看聚合结果。",
    en="There are too many places within this box for single points; zoom in, or ask for clusters.",
):
    """The box holds more than the 90 non-empty cells for which single points are shown."""


@dataclass(frozen=True, slots=True)
class ShownOnMap:
    """The cases that a map is to show. `public`: only cases of public categories."""

    open: bool | None
    public: bool
    category: Some[str] | None

    def counts(self, pile: Pile) -> bool:
        """Whether the map is to show the cases of this pile."""
        return (
            (self.open is None or pile.open == self.open)
            and (pile.public or not self.public)
            and (self.category is None or pile.category in self.category)
        )

    def query(self) -> Document:
        """The condition on rows of the cases that the map is to show."""
        found: Document = {"open": {"$in": [True, False]} if self.open is None else self.open}
        if self.public:
            found["public"] = True
        if self.category is not None:
            found["category"] = {"$in": sorted(self.category)}
        return found


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cell that is not empty: the mean position of its cases, and their number."""

    cell: int
    level: int
    lon: float
    lat: float
    count: int
    open: int


def read_box(written: str, datum: Datum) -> Box:
    """The box that `written` gives, in WGS-84. A box in another datum becomes the smallest one that holds its four
    corners.

    Raises:
        NotABox: `written` is not four numbers in order, or not on the earth.
    """
    try:
        west, south, east, north = (float(part) for part in written.split(","))
    except ValueError:
        raise NotABox() from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise NotABox()
    corners = [to_wgs84((lon, lat), datum) for lon in (west, east) for lat in (south, north)]
    lons, lats = [lon for lon, _ in corners], [lat for _, lat in corners]
    return Box(min(lons), min(lats), max(lons), max(lats))


def shown_in(datum: Datum, lon: float, lat: float) -> list[float]:
    """The position in `datum`, rounded to a decimetre."""
    x, y = from_wgs84((lon, lat), datum)
    return [round(x, 6), round(y, 6)]


class Maps:
    """Answers the questions of a map."""

    def __init__(self, database: Database) -> None:
        self._counts = Counts(database)
        self._rows: Collection = database[ROWS]

    async def clusters(self, community: str, box: Box, shown: ShownOnMap, zoom: int | None) -> list[Cluster]:
        """The clusters in the box, one for each cell that is not empty. Cells are as fine as `zoom` asks, unless more
        than 1024 would be in view."""
        level = _level(box, zoom)
        found = await self._counts.of_cells(community, level, list(tiles.within(box, level)))
        clusters = [_cluster(cell, level, [pile for pile in piles if shown.counts(pile)]) for cell, piles in found]
        return [cluster for cluster in clusters if cluster is not None]

    async def leaves(self, community: str, box: Box, shown: ShownOnMap) -> list[int] | None:
        """The finest cells in the box that are not empty; None where there are too many for single points."""
        if tiles.count_within(box, tiles.LEAF) > _BROADEST_LOOK:
            return None
        which = (shown.open, True if shown.public else None, shown.category)
        leaves = await self._counts.leaves_with(community, box, which)
        return leaves if len(leaves) <= _MOST_LEAVES else None

    async def points(
        self, community: str, box: Box, leaves: Sequence[int], shown: ShownOnMap, limit: int, cursor: str | None
    ) -> tuple[list[Document], str | None]:
        """The rows in the box, newest first, and the cursor of the next page."""
        query: Document = {
            "community": community,
            "cell": {"$in": list(leaves)},
            **shown.query(),
            "lon": {"$gte": box.west, "$lte": box.east},
            "lat": {"$gte": box.south, "$lte": box.north},
        }
        if cursor is not None:
            query["order"] = {"$lt": _order(cursor)}
        found = (
            self._rows.find(query, dict.fromkeys(READ, 0)).sort([("order", DESCENDING)]).hint("cells").limit(limit + 1)
        )
        rows = await found.to_list(limit + 1)
        if len(rows) <= limit:
            return rows, None
        return rows[:limit], cursors.encode(rows[limit - 1]["order"], rows[limit - 1]["_id"])


def _level(box: Box, zoom: int | None) -> int:
    level = tiles.LEAF if zoom is None else tiles.level_for(zoom)
    most = MOST_CELLS if zoom is not None else MOST_CELLS // 4
    levels = [each for each in tiles.LEVELS if each <= level]
    return next((each for each in levels if tiles.count_within(box, each) <= most), levels[-1])


def _cluster(cell: int, level: int, piles: Sequence[Pile]) -> Cluster | None:
    count = sum(pile.n for pile in piles)
    if not count:
        return None
    lon, lat = sum(pile.lon for pile in piles) / count, sum(pile.lat for pile in piles) / count
    return Cluster(cell, level, lon, lat, count, sum(pile.n for pile in piles if pile.open))


def _order(cursor: str) -> int:
    value: Any = cursors.decode(cursor)[0]
    if type(value) is not int:
        raise cursors.InvalidCursor()
    return value
