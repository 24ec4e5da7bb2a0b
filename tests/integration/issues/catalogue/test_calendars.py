"""The holidays of a year over HTTP and by the command: shown, loaded, and followed by the deadlines that are open."""

import asyncio
import json
import os
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from services.chassis.clock import utc_now
from services.chassis.values import local_date
from services.contracts.topics import ISSUES
from services.issues.catalogue.domain.catalogue import SpanUnit
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.settings import IssuesSettings
from tests.integration.issues.calling import OPERATOR, Api, a_community
from tests.integration.issues.listening import Running
from tests.unit.issues.world import HANDLER, HERE, RESIDENT, STAFF
from tests.waiting import eventually

ROOT = Path(__file__).parents[4]
DAY = timedelta(days=1)
IN_WORKING_DAYS = next(
    category.code
    for category in RESIDENTIAL.categories
    if category.deadlines.handling.unit is SpanUnit.WORKING_DAYS and category.public and not category.questions
)


async def test_a_year_is_counted_by_the_law_until_its_arrangement_is_loaded(api: Api) -> None:
    at = f"/calendars/{HERE}/2093"
    law = (await api.get(RESIDENT, at)).json
    assert (law["loaded"], "2093-05-01" in law["off"], law["worked"]) == (False, True, [])
    announced = {"off": ["2093-01-01", "2093-05-01"], "worked": ["2093-05-09"]}
    for by in (RESIDENT, HANDLER):
        assert (await api.put(by, at, announced)).status == 403
    loaded = (await api.put(OPERATOR, at, announced)).json
    assert (loaded["loaded"], loaded["off"], loaded["worked"]) == (True, announced["off"], announced["worked"])
    assert (await api.put(STAFF, at, {"off": ["2092-12-31"]})).code == "calendar.malformed"
    assert (await api.get(RESIDENT, at)).json == loaded


async def test_open_deadlines_follow_an_arrangement_that_is_loaded(running: Running) -> None:
    api = running.api
    unit, houses = await a_community(api)
    report = {"community": HERE, "category": IN_WORKING_DAYS, "place": houses[0], "text": "楼道堆物"}
    at = f"/cases/{(await api.made(STAFF, '/cases', report))['id']}"
    before = await api.made(STAFF, f"{at}/dispatch", {"unit": unit})
    wish = await api.made(RESIDENT, "/wishes", {"community": HERE, "title": "建老年食堂"})
    today = local_date(utc_now())
    closed = [today + n * DAY for n in range(1, 60)]
    for year in sorted({day.year for day in closed}):
        off = [day.isoformat() for day in closed if day.year == year]
        assert (await api.put(OPERATOR, f"/calendars/{HERE}/{year}", {"off": off})).status == 200

    async def moved() -> Any:
        records = await running.read(ISSUES.name)
        found = [each for each in records if each.envelope.type.endswith(("deadline-moved.v1", "due-moved.v1"))]
        told = {each.envelope.aggregate_id: each.data for each in found}
        return told if {before["id"], wish["id"]} <= told.keys() else None

    told = (await eventually(moved))[wish["id"]]
    assert told["proposer"] == RESIDENT.sub
    assert local_date(datetime.fromisoformat(told["due_at"])) > closed[-1]

    async def later() -> Any:
        case = (await api.get(STAFF, at)).json
        return case if local_date(datetime.fromisoformat(case["due_at"])) > closed[-1] else None

    case = await eventually(later)
    assert (case["status"], case["overdue"], case["missed"]) == ("dispatched", False, [])


async def test_the_command_loads_it_for_every_community_once(
    api: Api, settings: IssuesSettings, tmp_path: Path
) -> None:
    await a_community(api)
    file = tmp_path / "2093.json"
    file.write_text(json.dumps({"off": [date(2093, 1, 1).isoformat()], "worked": []}))
    assert [await _load(settings, file), await _load(settings, file)] == [
        (0, f"{HERE}\t2093\tloaded\n"),
        (0, f"{HERE}\t2093\tas it was\n"),
    ]
    assert (await api.get(STAFF, f"/calendars/{HERE}/2093")).json["off"] == ["2093-01-01"]
    file.write_text("{}")
    assert (await _load(settings, file))[0] == 2


async def _load(settings: IssuesSettings, file: Path) -> tuple[int, str]:
    environment = {
        **os.environ,
        "ENVIRONMENT": "test",
        "MONGODB_URL": settings.mongodb_url,
        "ISSUES_DATABASE": settings.database,
        "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "AUTH_DEVELOPMENT_KEY": str(settings.auth_development_key),
    }
    command = ["-m", "services", "calendar", "load", "--year", "2093", str(file)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=environment, cwd=ROOT, stdout=pipe, stderr=pipe
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()
