"""Reading a million cases beside reading ten thousand: p50 and p95 of each question, and how they grow.

The rows are made by the same function as the service's, from made-up cases; indexes and counts are the service's own.
Both stand side by side while they are asked, and take turns. `READING_ROWS` asks for another number than a million.
"""

import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.chassis.store import cursor as cursors
from services.chassis.store import mongo
from services.issues.reading.conditions import CaseSearch, Filters, Reach
from services.issues.reading.counts import Counts
from services.issues.reading.facts import By, When, number_of
from services.issues.reading.figures import CaseFigures, Period, Step
from services.issues.reading.finding import CaseFinder
from services.issues.reading.formulas import DEFAULT
from services.issues.reading.maps import Maps, ShownOnMap
from services.issues.reading.nearness import Near
from services.issues.reading.projection import indexes
from services.issues.reading.questions import Synonyms, known_as, terms
from services.issues.reading.row import ROWS, VERIFIERS_DESK, row, unit_desk
from services.issues.reading.tiles import Box
from services.issues.vocabulary.residential import RESIDENTIAL
from tests.bench.cases import BEGAN, COMMUNITY, DAYS, UNITS, states
from tests.bench.ground import Figure, Servers, database

SMALL = 10_000
LARGE = int(os.environ.get("READING_ROWS", "1000000"))
ASKED = 150
_AT_ONCE = 2000
_FIRST = BEGAN.date()
STAFF, RESIDENT = Reach(inside=True), Reach(inside=False)
_WORDS = known_as(RESIDENTIAL)
_ALL: dict[str, Any] = {"community": COMMUNITY}


@dataclass(frozen=True)
class Desk:
    """One database of rows, and what a question needs to know of it."""

    finding: CaseFinder
    figures: CaseFigures
    maps: Maps
    deep: str
    deep_due: str


Ask = Callable[[Desk, random.Random], Awaitable[Any]]


async def run(servers: Servers) -> list[Figure]:
    """Milliseconds. The bound is on the growth at p95 of what is read page by page."""
    async with AsyncExitStack() as standing:
        small, large = [
            await filled(await standing.enter_async_context(database(servers, patience=1800)), count)
            for count in (SMALL, LARGE)
        ]
        figures: list[Figure] = []
        for name, ask, paged in _questions():
            times = await take_turns((ask, small), (ask, large))
            for percent, most in ((50, None), (95, 2.0 if paged else None)):
                floor, ours = (1000 * statistics.quantiles(each, n=100)[percent - 1] for each in times)
                figures.append(Figure(f"reading: {name}, p{percent}", floor, ours, "ms", most=most))
        return figures


async def take_turns(*asks: tuple[Ask, Desk]) -> list[list[float]]:
    """Seconds of each question; the first few are not counted."""
    dice = [random.Random(11) for _ in asks]
    times: list[list[float]] = [[] for _ in asks]
    for turn in range(ASKED + 10):
        for place, (ask, desk) in enumerate(asks):
            began = time.perf_counter()
            await ask(desk, dice[place])
            if turn >= 10:
                times[place].append(time.perf_counter() - began)
    return times


def search(
    ask: Callable[[random.Random], str],
    reach: Reach,
    filters: Filters = Filters(),  # noqa: B008
    *,
    near: Callable[[random.Random], Near] | None = None,
    synonyms: Synonyms = _WORDS,
) -> Ask:
    """A question of words."""

    def question(dice: random.Random) -> CaseSearch:
        return CaseSearch(COMMUNITY, terms(ask(dice), synonyms), reach, filters, near and near(dice))

    return lambda desk, dice: desk.finding.search(question(dice), 50, None)


def _questions() -> list[tuple[str, Ask, bool]]:
    def queue(desks: Callable[[random.Random], str], also: dict[str, Any], cursor: bool = False) -> Any:
        return lambda desk, dice: desk.finding.queue(
            COMMUNITY, [desks(dice)], also, 50, desk.deep_due if cursor else None
        )

    def unit(dice: random.Random) -> str:
        return unit_desk(f"unit-{dice.randrange(UNITS)}")

    def kpis(by: By, days: int, step: Step = Step.WHOLE) -> Any:
        return lambda desk, dice: desk.figures.table(COMMUNITY, DEFAULT, by, _period(dice, days), step)

    return [
        ("list, first page", lambda desk, dice: desk.finding.newest(_ALL, 50, None), True),
        ("list, deep page", lambda desk, dice: desk.finding.newest(_ALL, 50, desk.deep), True),
        ("search, a rare word", search(lambda dice: f"L{dice.randrange(50_000)}", STAFF), True),
        ("search, a common word", search(lambda dice: dice.choice(["漏水", "电梯", "楼道"]), RESIDENT), True),
        ("search, one character", search(lambda dice: dice.choice("灯水门树"), STAFF), True),
        ("search, a phrase", search(lambda dice: dice.choice(["楼道灯不亮", "电梯口漏水"]), RESIDENT), True),
        ("search, two words", search(lambda dice: dice.choice(["漏水 电梯口", "积水 花坛"]), STAFF), True),
        ("search, two words never together", search(lambda dice: "瓷砖脱落 门锁损坏", STAFF), True),
        ("search, with filters", search(lambda d: "漏水", STAFF, Filters(unit="unit-3", category=["lift"])), True),
        ("search, a synonym", search(lambda dice: dice.choice(["噪音", "升降机", "电瓶车"]), STAFF), True),
        ("search, a sound", search(lambda dice: dice.choice(["dianti", "loushui", "deng"]), STAFF), True),
        ("search, first letters", search(lambda dice: dice.choice(["dtk", "ldd", "jg"]), RESIDENT), True),
        # Of one house or number the small desk has fewer cases than a page: there is no growth to hold to a bound.
        ("search, a house", search(lambda dice: f"{dice.randrange(1, 1900)}栋", RESIDENT), False),
        ("search, a part of a number", search(lambda dice: f"{dice.randrange(10, 99)}", STAFF), False),
        ("queue of a unit", queue(unit, {}), True),
        ("queue of the verifiers, deep page", queue(lambda dice: VERIFIERS_DESK, {}, cursor=True), True),
        ("queue of a unit, filtered", queue(unit, {"category": {"$in": ["lift"]}, "overdue": True}), True),
        ("map, single cases", _points, True),
        ("map, clusters of a district", _clusters(15), False),
        ("map, clusters of everything", _clusters(11), False),
        ("figures of a month, in total", kpis(By.TOTAL, 30), False),
        ("figures of a quarter, by unit", kpis(By.UNIT, 91), False),
        ("figures of three years, by category", kpis(By.CATEGORY, 1000), False),
        ("figures of a month, by unit and day", kpis(By.UNIT, 30, Step.DAY), False),
        ("cases behind a figure of all", _behind(By.TOTAL, "on-time"), True),
        ("cases behind a rare figure of a unit", _behind(By.UNIT, "rework"), True),
    ]


def _period(dice: random.Random, days: int) -> Period:
    first = _FIRST + timedelta(days=dice.randrange(max(1, DAYS - days)))
    return Period(first, first + timedelta(days=days - 1))


async def _points(desk: Desk, dice: random.Random) -> None:
    west, south = 114.20 + dice.random() * 0.036, 30.50 + dice.random() * 0.025
    box, shown = Box(west, south, west + 0.004, south + 0.003), ShownOnMap(None, True, None)
    leaves = await desk.maps.leaves(COMMUNITY, box, shown)
    if leaves is None:
        raise RuntimeError("the box shows no single cases")
    await desk.maps.points(COMMUNITY, box, leaves, shown, 50, None)


def _clusters(zoom: int) -> Ask:
    shown = ShownOnMap(True, True, None)
    return lambda desk, dice: desk.maps.clusters(COMMUNITY, Box(114.19, 30.49, 114.25, 30.54), shown, zoom)


def _behind(by: By, code: str) -> Ask:
    [kpi] = [kpi for kpi in DEFAULT.kpis if kpi.code == code]

    async def ask(desk: Desk, dice: random.Random) -> None:
        value = "" if by is By.TOTAL else f"unit-{dice.randrange(UNITS)}"
        await desk.figures.cases(COMMUNITY, kpi, by, value, _period(dice, 365), part=True, limit=50, cursor=None)

    return ask


async def filled(db: mongo.Database, count: int, *, searched_alone: bool = False) -> Desk:
    """Rows, then indexes, then counts, as a rebuild leaves them. `searched_alone`: what search needs of it."""
    began = time.perf_counter()
    rows, batch, cells = db[ROWS], [], set()
    for id, version, state, where in states(count):
        made = row(id, version, state, where)
        cells.add(made["cell"])
        batch.append({"_id": id, **made})
        if len(batch) == _AT_ONCE:
            await rows.insert_many(batch, ordered=False)
            batch = []
    if batch:
        await rows.insert_many(batch, ordered=False)
    made_rows = time.perf_counter()
    for model in indexes():
        if not searched_alone or not model.document["name"].startswith(("day", "who", "shared")):
            await rows.create_indexes([model])
    indexed = time.perf_counter()
    names = {(COMMUNITY, f"cell:{cell}") for cell in cells}
    days = [number_of(_FIRST + timedelta(days=day)) for day in range(DAYS + 60)]
    names |= {(COMMUNITY, f"{when.value}:{day}") for when in When for day in days}
    if not searched_alone:
        await Counts(db).recount(names)
    counted = time.perf_counter()
    stats = await db.command("collStats", ROWS)
    print(
        f"{count:,} rows: written in {made_rows - began:.0f} s, indexed in {indexed - made_rows:.0f} s, counted in "
        f"{counted - indexed:.0f} s; {stats['size'] / 2**20:,.0f} MiB, "
        f"indexes {stats['totalIndexSize'] / 2**20:,.0f} MiB",
        flush=True,
    )
    return await _desk(db, count)


async def _desk(db: mongo.Database, count: int) -> Desk:
    deep = await db[ROWS].find(_ALL, {"order": 1}).sort("order", -1).skip(count * 4 // 5).limit(1).to_list(1)
    waiting = {**_ALL, "desks": VERIFIERS_DESK}
    number = await db[ROWS].count_documents(waiting)
    keys = [("due", 1), ("_id", 1)]
    due = await db[ROWS].find(waiting, {"due": 1}).sort(keys).skip(number * 4 // 5).limit(1).to_list(1)
    return Desk(
        CaseFinder(db),
        CaseFigures(db),
        Maps(db),
        cursors.encode(deep[0]["order"], deep[0]["_id"]),
        cursors.encode(due[0]["due"], due[0]["_id"]),
    )
