"""How far reading is behind is measured, shown and bounded; what is only made anew is not late and holds up nobody."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.store.mongo import Database
from services.issues.reading.behind import Behind, Measure
from services.issues.reading.marks import MARKS, RowMarks, anew, told
from services.issues.reading.pressure import Pressure, ReadingFact
from services.issues.reading.projection import Projection
from services.issues.reading.row import NEVER, ROWS
from services.issues.settings import IssuesSettings
from tests.unit.issues.world import HERE

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)


class Later:
    """A clock that shows `seconds` after noon."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)


@pytest.fixture
async def cases(db: Database) -> list[str]:
    """Cases that are drawn and counted."""
    state = {
        "community": HERE, "category": "noise", "category_zh": "噪声", "category_en": "noise", "status": "reported",
        "place": "house-1", "title": "楼上很吵", "reported_at": NOON, "priority": "normal", "channel": "app",
    }  # fmt: skip
    ids = [f"case-{number:03}" for number in range(30)]
    await db["cases"].insert_many([{"_id": id, "v": 1, "state": state} for id in ids])
    projection = Projection(db, Later())
    await projection.rebuild()
    await projection.catch_up()
    return ids


async def _told(db: Database, id: str, version: int, seconds: float) -> None:
    """A fact of the case arrives: it happened so many seconds after noon."""
    await db["cases"].update_one({"_id": id}, {"$set": {"v": version, "state.status": "accepted"}})
    await RowMarks(db).write([told(id, version, NOON + timedelta(seconds=seconds))])


async def test_the_measure_is_the_age_of_the_oldest_change_until_it_is_drawn_and_counted(
    db: Database, cases: list[str]
) -> None:
    clock = Later(10)
    assert await Measure(db, clock)() == Behind()
    await _told(db, cases[0], 2, 7)
    await _told(db, cases[1], 2, 4)
    assert await Measure(db, clock)() == Behind(6.0, rows=2)
    projection = Projection(db, clock)
    await projection.once(clock)
    assert await Measure(db, clock)() == Behind(6.0, rows=0, counts=2)
    await projection.recounting.once(clock)
    assert await Measure(db, clock)() == Behind()


async def test_facts_that_come_once_more_make_nothing_late(db: Database, cases: list[str]) -> None:
    others = {"_id": {"$ne": cases[20]}}
    before = await db[ROWS].find(others).sort("_id", 1).to_list(None)
    for id in cases[:20]:
        await RowMarks(db).write([told(id, 1, NOON - timedelta(days=1))])
    assert await Measure(db, Later())() == Behind(0.0, rows=20)
    await _told(db, cases[20], 2, 1)
    assert await Measure(db, Later(4))() == Behind(3.0, rows=21)
    await Projection(db, Later(4))._make_rows()
    assert await db[ROWS].find(others).sort("_id", 1).to_list(None) == before
    assert await Measure(db, Later(4))() == Behind(3.0, counts=1)


async def test_a_fact_that_overtakes_an_older_one_is_as_late_as_that(db: Database, cases: list[str]) -> None:
    await _told(db, cases[0], 3, 2)
    await _told(db, cases[0], 2, 1)
    assert (await Measure(db, Later(5))()).seconds == 4.0


async def test_rows_that_are_only_made_anew_are_not_late_and_changed_ones_go_first(
    db: Database, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.issues.reading.projection.BATCH", 5)
    projection = Projection(db, Later())
    await projection.rebuild()
    await _told(db, cases[20], 2, 0)
    assert await Measure(db, Later(3))() == Behind(3.0, rows=30)
    await projection.once(Later())
    found = await db[ROWS].find_one({"_id": cases[20]})
    assert found is not None
    assert found["seq"] == 2
    assert await db[MARKS].count_documents({"since": NEVER}) == 25
    await projection.catch_up()
    assert await Measure(db, Later())() == Behind()
    assert await db[MARKS].count_documents({}) == 0


async def test_a_row_that_the_version_before_marked_and_never_drew_is_drawn(db: Database, cases: list[str]) -> None:
    """It kept its marks in the rows; during an update a replica of it may leave one that holds nothing else."""
    await db[ROWS].replace_one({"_id": cases[3]}, {"stale": True, "wanted": 2, "since": NOON})
    await _told(db, cases[3], 2, 0)
    assert await Measure(db, Later(1))() == Behind(1.0, rows=1)
    await Projection(db, Later(1)).recounting.advance()
    await Projection(db, Later(1))._make_rows()
    row = await db[ROWS].find_one({"_id": cases[3]})
    assert row is not None
    assert (row["seq"], row["community"]) == (2, HERE)


async def test_a_row_marked_anew_while_its_change_waits_stays_late(db: Database, cases: list[str]) -> None:
    await _told(db, cases[0], 2, 1)
    await RowMarks(db).write([anew(cases[0])])
    assert (await Measure(db, Later(2))()).seconds == 1.0


@pytest.mark.parametrize(("seconds", "pressure"), [(0, 0.0), (2.5, 0.0), (3.75, 0.5), (5.0, 1.0), (60.0, 1.0)])
async def test_pressure_rises_before_the_bound_and_the_fact_tells(
    db: Database, cases: list[str], seconds: float, pressure: float
) -> None:
    await _told(db, cases[0], 2, 0)
    clock = Later(seconds)
    found = Pressure(Measure(db, clock), 5.0)
    fact = await ReadingFact(found).check()
    assert found() == pytest.approx(pressure)
    assert fact.ok is (seconds <= 5)
    assert fact.value == {"seconds_behind": round(seconds, 1), "rows": 1, "counts": 0}


async def test_commands_of_people_slow_down_by_it_and_the_figures_page_tells(
    runtime: Runtime[IssuesSettings], opened: Sequence[Room]
) -> None:
    assert isinstance(runtime.throttle.pressure, Pressure)
    page = runtime.metrics.page().decode()
    for name in ("community_reading_behind_seconds", 'community_reading_waiting{what="rows"}', "commands_waiting"):
        assert name in page
