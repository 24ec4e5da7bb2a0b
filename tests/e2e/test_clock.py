"""A house that lives by a clock of its own: weeks pass in it within a second, and what falls due comes about."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.chassis.clock import begin, move
from services.chassis.principal import Role
from tests.e2e.house import House, environment, running
from tests.waiting import eventually

MONDAY = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
SOON = timedelta(minutes=10)


@dataclass
class Story:
    """A house, and its clock."""

    house: House
    clock: Path


@pytest.fixture
async def story(
    mongodb_url: str, kafka_bootstrap: str, topic_prefix: str, database: str, tmp_path: Path
) -> AsyncIterator[Story]:
    clock = tmp_path / "clock"
    begin(clock, MONDAY)
    told = {"DEVELOPMENT_CLOCK": str(clock)}
    variables = environment(mongodb_url, kafka_bootstrap, topic_prefix, database, tmp_path, **told)
    async with running(variables) as house:
        yield Story(house, clock)


async def test_deadlines_reminders_and_dates_of_a_series_come_when_the_clock_is_moved(story: Story) -> None:
    house = story.house
    staff, resident = house.newcomer("staff", Role.STAFF), house.newcomer("resident", Role.RESIDENT)
    here = {"community": house.community}
    place = await staff.post("/api/issues/v1/places", {**here, "kind": "compound", "title": "都市阳光小区"})
    unit = await staff.post("/api/issues/v1/units", {**here, "code": "p", "kind": "property", "title": "物业"})
    report = {**here, "category": "lighting", "place": place["id"], "text": "灯不亮"}
    case = (await resident.post("/api/issues/v1/cases", report))["id"]
    await staff.post(f"/api/issues/v1/cases/{case}/accept", {})
    await staff.post(f"/api/issues/v1/cases/{case}/dispatch", {"unit": unit["id"]})
    due = datetime.fromisoformat((await staff.get(f"/api/issues/v1/cases/{case}"))["due_at"])
    assert MONDAY < due < MONDAY + timedelta(days=30)

    starts = MONDAY + timedelta(days=12, hours=1)
    clinic = {"title": "每月义诊", "kind": "clinic", "venue": "plaza", "capacity": 30, "rule": "FREQ=WEEKLY;BYDAY=SA"}
    times = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=2)).isoformat()}
    series = (await staff.post("/api/events/v1/series", {**here, **clinic, **times}))["id"]

    async def dates() -> list[dict[str, Any]]:
        found = await staff.get("/api/events/v1/activities", **here, series=series, limit=200)
        return list(found["items"])

    first = await eventually(dates)
    assert datetime.fromisoformat(first[0]["starts_at"]) == starts
    await resident.post(f"/api/events/v1/activities/{first[0]['id']}/registrations", {"party": 1})

    async def told() -> set[str]:
        return {notice["kind"] for notice in (await resident.get("/api/notify/v1/me/notices"))["items"]}

    async def confirmed() -> bool:
        return "registration-confirmed" in await told()

    await eventually(confirmed)
    assert "activity-reminder" not in await told()
    assert not (await staff.get(f"/api/issues/v1/cases/{case}"))["overdue"]

    for to in sorted((due + SOON, starts - timedelta(hours=23), starts + timedelta(days=30))):
        move(story.clock, to)
        if to == due + SOON:
            await eventually(lambda: _overdue(staff, case))
        elif to < starts:
            await eventually(lambda: _among(told, "activity-reminder"))

    async def more() -> bool:
        return len(await dates()) > len(first)

    await eventually(more)
    entries = (await staff.get(f"/api/issues/v1/cases/{case}/history"))["items"]
    times_told = [datetime.fromisoformat(entry["time"]) for entry in entries]
    assert all(MONDAY.astimezone(UTC) <= at < starts + timedelta(days=31) for at in times_told)


async def _overdue(staff: Any, case: str) -> bool:
    return bool((await staff.get(f"/api/issues/v1/cases/{case}"))["overdue"])


async def _among(told: Any, kind: str) -> bool:
    return kind in await told()
