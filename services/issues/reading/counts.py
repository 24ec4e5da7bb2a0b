"""Stores counts of cases per day, per month and per cell of the map, so that no figure and no cluster reads the cases.

A count is made anew from its rows whenever one of them changes, and never incremented: making it twice changes nothing,
and a wrong count is right the next time. Days are counted from an index, months are sums of days, coarse cells sums of
finer ones.

Every pass draws a ticket before it reads, and a count is written only over one with a lower ticket. So of two passes at
once the counts of the one that read later stay, whichever writes last.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from collections.abc import Collection as Collected
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from services.chassis.store.mongo import (
    BulkWriteError,
    Collection,
    Database,
    ReturnDocument,
    UpdateOne,
    is_repetition,
)
from services.issues.reading import tiles
from services.issues.reading.facts import By
from services.issues.reading.row import ROWS, SHARED
from services.issues.reading.tiles import Box

COUNTS = "case_counts"
_TICKET = "ticket"
_AT_ONCE = 500
_SIDE_BY_SIDE = 8
"""How many questions to the store are under way at once: one by one, each would wait for its turn on a busy event
loop."""

Made = dict[str, dict[str, Any]]
"""The fields of counts by their ids: `n` and, of the finest cells, `at`, the positions in them."""

Counted = dict[str, list[int]]
"""For each value: a signature, how many cases have it, the next signature, and so on."""

Name = tuple[str, str]
"""A community, and a count in it: `reported:20261126` or `cell:68719476735`."""

Which = tuple[bool | None, bool | None, Collected[str] | None]
"""A condition on cases: whether they are open, whether public, and their categories; None stands for any."""


@dataclass(frozen=True, slots=True)
class Pile:
    """Cases of one kind in one cell; `lon` and `lat` are sums over them."""

    open: bool
    public: bool
    category: str
    n: int
    lon: float
    lat: float


class Counts:
    """The counts of this service."""

    def __init__(self, database: Database) -> None:
        self.collection: Collection = database[COUNTS]
        self._rows: Collection = database[ROWS]

    async def recount(self, names: Iterable[Name]) -> None:
        """Make the counts `names`, and all counts that are sums of them, anew."""
        days: set[tuple[str, str, int]] = set()
        cells: set[tuple[str, int]] = set()
        for community, name in names:
            kind, number = name.split(":")
            if kind == "cell":
                cells.add((community, int(number)))
            else:
                days.add((community, kind, int(number)))
        ticket = await self._draw()
        await self._write_all((self._day(*day) for day in sorted(days)), ticket)
        months = sorted({(community, when, day // 100) for community, when, day in days})
        await self._write_all((self._month(*month) for month in months), ticket)
        await self._count_cells(cells, ticket)

    async def of_days(
        self, community: str, when: str, by: str, first: int, last: int, value: str | None = None
    ) -> list[tuple[int, Counted]]:
        """The counts of the days (numbers of eight digits) or months (six digits) from `first` to `last`. Each count
        has for each value signatures and numbers in turn; where `value` is given, only for that value.
        """
        span = {"$gte": day_id(community, when, by, first), "$lte": day_id(community, when, by, last)}
        shown = {"n": 1} if value is None else {f"n.{_key(value)}": 1}
        found = await self.collection.find({"_id": span}, shown).sort("_id", 1).to_list(None)
        return [
            (int(each["_id"].rpartition("|")[2]), {_value(key): told for key, told in each.get("n", {}).items()})
            for each in found
        ]

    async def of_cells(self, community: str, level: int, cells: Sequence[int]) -> list[tuple[int, list[Pile]]]:
        """The piles of cases in these `cells` of a `level`, without empty cells."""
        wanted = {"$in": [cell_id(community, cell, level) for cell in cells]}
        found = await self.collection.find({"_id": wanted}).to_list(None)
        return [(int(each["_id"].rpartition("|")[2]), [Pile(*pile) for pile in each["n"]]) for each in found]

    async def leaves_with(self, community: str, box: Box, which: Which) -> list[int]:
        """The finest cells with a position in the box that hold a case which fits `which`. The store selects them, so
        that no other cell is read.

        Positions are looked at because the rows of a cell whose positions all lie outside the box would be walked in
        vain.
        """
        open, public, categories = which
        wanted: dict[str, Any] = {} if open is None else {"0": open}
        if public is not None:
            wanted["1"] = public
        if categories is not None:
            wanted["2"] = {"$in": sorted(categories)}
        ids = {"$in": [cell_id(community, cell, tiles.LEAF) for cell in tiles.within(box, tiles.LEAF)]}
        some: dict[str, Any] = {"$elemMatch": wanted} if wanted else {"$ne": []}
        found = await self.collection.find({"_id": ids, "n": some}, {"at": 1}).to_list(None)
        # A cell that was counted before positions were stored has none yet, and is included.
        within = [each["_id"] for each in found if "at" not in each or any(box.holds(*place) for place in each["at"])]
        return [int(id.rpartition("|")[2]) for id in within]

    async def _draw(self) -> int:
        drawn = await self.collection.find_one_and_update(
            {"_id": _TICKET}, {"$inc": {"drawn": 1}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        return int(drawn["drawn"])

    async def _day(self, community: str, when: str, day: int) -> Made:
        values = {by.value: f"${by.value}" for by in By if by is not By.TOTAL}
        groups = self._rows.aggregate(
            [
                {"$match": {"community": community, f"days.{when}": day}},
                {"$group": {"_id": {"sig": "$sig", **values}, "n": {"$sum": 1}}},
            ]
        )
        counted: dict[str, Counter[tuple[str, int]]] = {by.value: Counter() for by in By}
        async for group in groups:
            for by, count in counted.items():
                count[group["_id"].get(by) or "", group["_id"]["sig"]] += group["n"]
        counted[By.UNIT.value].update(await self._shared(community, when, day))
        return {day_id(community, when, by, day): {"n": _listed(count)} for by, count in counted.items()}

    async def _shared(self, community: str, when: str, day: int) -> Counter[tuple[str, int]]:
        """The corrections of the counts by unit for cases that several units share, by unit and signature."""
        shared = Counter[tuple[str, int]]()
        query = {"community": community, f"days.{when}": day, **SHARED}
        async for row in self._rows.find(query, {"_id": 0, "unit": 1, "sig": 1, "shares": 1}):
            shared[row.get("unit") or "", row["sig"]] -= 1
            for share in row["shares"]:
                shared[share["who"].removeprefix(f"{By.UNIT}:"), share["sig"]] += 1
        return shared

    async def _month(self, community: str, when: str, month: int) -> Made:
        summed: Made = {}
        for by in By:
            count: Counter[tuple[str, int]] = Counter()
            for _day, found in await self.of_days(community, when, by, month * 100 + 1, month * 100 + 31):
                for value, told in found.items():
                    for signature, n in pairs(told):
                        count[value, signature] += n
            summed[day_id(community, when, by, month)] = {"n": _listed(count)}
        return summed

    async def _count_cells(self, cells: set[tuple[str, int]], ticket: int) -> None:
        await self._write_all((self._leaf(*where) for where in sorted(cells)), ticket)
        for below, level in pairwise(tiles.LEVELS):
            cells = {(community, tiles.parent(cell, below - level)) for community, cell in cells}
            await self._write_all((self._cell(*where, level, below) for where in sorted(cells)), ticket)

    async def _leaf(self, community: str, cell: int) -> Made:
        groups = self._rows.aggregate(
            [
                {"$match": {"community": community, "cell": cell}},
                {
                    "$group": {
                        "_id": {"open": "$open", "public": "$public", "category": "$category"},
                        "n": {"$sum": 1},
                        "lon": {"$sum": "$lon"},
                        "lat": {"$sum": "$lat"},
                        "at": {"$addToSet": {"lon": "$lon", "lat": "$lat"}},
                    }
                },
            ]
        )
        kind = ("open", "public", "category")
        piles, positions = [], set[tuple[float, float]]()
        async for each in groups:
            piles.append([*(each["_id"][name] for name in kind), each["n"], each["lon"], each["lat"]])
            positions |= {(place["lon"], place["lat"]) for place in each["at"]}
        return {cell_id(community, cell, tiles.LEAF): {"n": piles, "at": sorted(positions)}}

    async def _cell(self, community: str, cell: int, level: int, below: int) -> Made:
        first, end = tiles.children(cell)
        span = {"$gte": cell_id(community, first, below), "$lt": cell_id(community, end, below)}
        sums: defaultdict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
        async for found in self.collection.find({"_id": span}):
            for *kind, n, lon, lat in found["n"]:
                before = sums[tuple(kind)]
                before[0], before[1], before[2] = before[0] + n, before[1] + lon, before[2] + lat
        return {cell_id(community, cell, level): {"n": [[*kind, *figures] for kind, figures in sorted(sums.items())]}}

    async def _write_all(self, makings: Iterable[Awaitable[Made]], ticket: int) -> None:
        """Write the counts that `makings` give, many at once."""
        made: Made = {}
        waiting = iter(makings)
        while some := tuple(islice(waiting, _SIDE_BY_SIDE)):
            for each in await asyncio.gather(*some):
                made |= each
            if len(made) >= _AT_ONCE:
                await self._write(made, ticket)
                made = {}
        await self._write(made, ticket)

    async def _write(self, counted: Made, ticket: int) -> None:
        operations = [
            UpdateOne({"_id": id, "ticket": {"$lt": ticket}}, {"$set": {"ticket": ticket, **fields}}, upsert=True)
            for id, fields in counted.items()
        ]
        if not operations:
            return
        try:
            await self.collection.bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            if not is_repetition(error):
                raise


def day_id(community: str, when: str, by: str, number: int) -> str:
    """The id of a day's count (eight digits), or a month's (six)."""
    return f"{community}|{'month' if number < 1_000_000 else 'day'}|{when}|{by}|{number}"


def cell_id(community: str, cell: int, level: int) -> str:
    """The id of a cell's count. All numbers have one length, so that ids sort as the numbers do."""
    return f"{community}|cell|{level:02}|{cell:011}"


def pairs(told: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The pairs of signature and number in the list `told` of one value."""
    return zip(told[::2], told[1::2], strict=True)


def _listed(count: "Counter[tuple[str, int]]") -> Counted:
    listed: Counted = {}
    for (value, signature), n in sorted(count.items()):
        if n > 0:
            listed.setdefault(_key(value), []).extend((signature, n))
    return listed


def _key(value: str) -> str:
    """`value` as the name of a field, which can't be empty or hold a dot. Ids hold none of the characters used
    instead."""
    return "=" + value.replace(".", "\u2024")


def _value(key: str) -> str:
    return key[1:].replace("\u2024", ".")
