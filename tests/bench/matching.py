"""A plan, from documents in MongoDB to a plan that is stored and told, beside the bare solver on the same arcs.

Figures are processor time, of this process and of MongoDB, since a machine that others use as well makes every wait
longer. `MATCHING_SIZES` scales it: `600x700,1000x1000,50000x60000` stands there unless it is said otherwise.
"""

import os
import random
import resource
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter, process_time
from typing import Any, TypeVar

from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.contracts.volunteers import Origin
from services.volunteers.matching.flow import Planning
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.quiet import QuietHours
from services.volunteers.matching.refilling import Refilling
from services.volunteers.matching.staffing import Staffing
from services.volunteers.matching.store import INDEXES as OF_MATCHING
from services.volunteers.matching.store import PLAN, askable_volunteers, open_needs
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import INDEXES as OF_NEEDS
from services.volunteers.needs.store import NEED
from services.volunteers.people.domain.profile import Window
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.store import INDEXES as OF_PEOPLE
from services.volunteers.people.store import VOLUNTEER
from services.volunteers.seats.service import Seats
from tests.bench.ground import Figure, Servers, database, mongodb_worked

HERE = "sunshine"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Shanghai."""
SKILLS = (None, None, "haircut", "chores", "tutoring")
SIZES = os.environ.get("MATCHING_SIZES", "600x700,1000x1000,50000x60000")
T = TypeVar("T")


async def run(servers: Servers) -> list[Figure]:
    """The figures of each size, and how the whole grows from a thousand needs on."""
    figures: list[Figure] = []
    each: dict[int, float] = {}
    for size in SIZES.split(","):
        volunteers, needs = (int(number) for number in size.split("x"))
        async with database(servers, patience=600) as kept:
            figures += await _measured(kept, volunteers, needs, each)
    if len(each) > 1:
        least, most = min(each, key=lambda n: (n < 1000, n)), max(each)
        figures.append(Figure(f"matching: µs a need, {least:,} and {most:,}", each[least], each[most], "µs", most=3.0))
    return figures


async def _measured(kept: Database, people: int, wanted: int, each: dict[int, float]) -> list[Figure]:
    needs, volunteers = Aggregates(NEED, kept, _clock), Aggregates(VOLUNTEER, kept, _clock)
    for collection, indexes in {**OF_NEEDS, **OF_PEOPLE, **OF_MATCHING}.items():
        if indexes:
            await kept[collection].create_indexes(list(indexes))
    draw = random.Random(7)
    buildings = max(20, wanted // 60)
    await _insert(kept[VOLUNTEER.collection], (_volunteer(n, draw, buildings) for n in range(people)))
    await _insert(kept[NEED.collection], (_need(n, draw, buildings) for n in range(wanted)))
    plans = Plans(Aggregates(PLAN, kept, _clock), kept, _clock)
    seats = Seats(needs, volunteers, _clock, timedelta(hours=24))
    refilling = Refilling(needs, volunteers, seats, _clock, QuietHours(0, 0))
    staffing = Staffing(needs, volunteers, seats, plans, refilling, _clock, timedelta(days=1), QuietHours(0, 0))
    began, busy, stored = perf_counter(), process_time(), await mongodb_worked(kept)
    proposals = await staffing.plan(HERE)
    took, worked, stored = perf_counter() - began, process_time() - busy, await mongodb_worked(kept) - stored
    whole = worked + stored
    busy = process_time()
    states = await open_needs(needs, HERE, NOW), await askable_volunteers(volunteers, HERE)
    reading = process_time() - busy
    planning, columns = _timed(lambda: Planning(*states, NOW))
    pairs, arcs = _timed(planning.pairs)
    solved = 0.0
    for network, _, _ in planning.rounds():
        busy = process_time()
        network.solve()
        solved += process_time() - busy
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each[wanted] = whole / wanted * 1e6
    name = f"matching {people:,} × {wanted:,}"
    print(
        f"{name}: {len(pairs):,} arcs of pairs, {len(proposals):,} seats filled; of {whole:.2f} s ({took:.2f} s went "
        f"by) the solver has {solved / whole:.0%}, arc building {arcs / whole:.0%}, reading {reading / whole:.0%}, "
        f"columns {columns / whole:.0%}, MongoDB {stored / whole:.0%}; {memory:,.0f} MB at most",
        flush=True,
    )
    return [Figure(f"{name}: bare solver, whole", solved * 1000, whole * 1000, "ms", most=3.0)]


def _timed(what: Callable[[], T]) -> tuple[T, float]:
    busy = process_time()
    found = what()
    return found, process_time() - busy


async def _insert(collection: Any, documents: Any) -> None:
    batch: list[Any] = []
    for document in documents:
        batch.append(document)
        if len(batch) == 5_000:
            await collection.insert_many(batch)
            batch = []
    if batch:
        await collection.insert_many(batch)


def _document(aggregate: Any) -> dict[str, Any]:
    return {"_id": aggregate.id, "v": 1, "at": NOW, "state": aggregate.model_dump(exclude={"id"}), "outbox": []}


def _volunteer(number: int, draw: random.Random, buildings: int) -> dict[str, Any]:
    home = draw.randrange(buildings)
    windows = []
    for weekday in draw.sample(range(1, 8), draw.randint(2, 5)):
        start = draw.randint(8, 17)
        windows.append(Window(weekday=weekday, start=f"{start:02}:00", end=f"{start + draw.randint(2, 5):02}:00"))
    return _document(
        Volunteer(
            id=volunteer_id(HERE, f"person-{number}"),
            community=HERE,
            person=f"person-{number}",
            skills=frozenset(draw.sample(["haircut", "chores", "tutoring"], draw.randint(0, 3))),
            claimed_skills=frozenset(),
            availability=tuple(windows),
            building=f"b{home}",
            reach=frozenset(f"b{(home + step) % buildings}" for step in range(draw.randint(8, 14))),
            weekly_minutes=draw.choice([120, 240, 600]),
            adult=True if draw.random() < 0.9 else None,
            approved_at=NOW,
            registered_at=NOW,
        )
    )


def _need(number: int, draw: random.Random, buildings: int) -> dict[str, Any]:
    begin = NOW + timedelta(hours=24 * draw.randrange(13) + draw.randint(0, 9), minutes=draw.choice([0, 30]))
    category = draw.choice(["visit", "meal", "chores", "tutoring", "haircut"])
    return _document(
        Need(
            id=f"need-{number:06}",
            community=HERE,
            origin=Origin.DIRECT,
            category=category,
            skill=draw.choice(SKILLS),
            adults_only=draw.random() < 0.5,
            starts_at=begin,
            ends_at=begin + timedelta(minutes=draw.choice([30, 60, 90])),
            building=f"b{draw.randrange(buildings)}",
            urgency=draw.randint(1, 3),
            seats=draw.choice([1, 1, 2]),
            ask_from=begin - timedelta(days=3),
        )
    )


def _clock() -> datetime:
    return NOW
