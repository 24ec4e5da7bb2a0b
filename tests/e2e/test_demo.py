"""The demo data, loaded into the whole house: once, again, another day, and after being killed half-way."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.local.seed import calendar, tables
from deploy.local.seed.__main__ import Load
from deploy.local.seed.api import Api
from services.chassis.principal import Role
from services.notify.settings import NotifySettings
from tests.e2e.house import ROOT, Hand, House, environment, running

pytestmark = pytest.mark.timeout(600)


@dataclass
class Demo:
    """A house, and the loader as people run it."""

    house: House
    variables: dict[str, str]

    @property
    def staff(self) -> Hand:
        return self.house.hand("staff-1", Role.STAFF)

    async def load(self) -> str:
        """Load to the end; what the loader told."""
        process = await self._started()
        told, _ = await process.communicate()
        assert process.returncode == 0, told.decode()
        return told.decode()

    async def load_until(self, line: str) -> None:
        """Load, and be killed as soon as `line` is told."""
        process = await self._started()
        assert process.stdout is not None
        async for told in process.stdout:
            if line in told.decode():
                break
        process.kill()
        assert await process.wait() < 0, f"it ended by itself before “{line}”"

    async def _started(self) -> asyncio.subprocess.Process:
        command = [sys.executable, "-m", "deploy.local.seed", "--url", self.house.url]
        return await asyncio.create_subprocess_exec(
            *command, env=self.variables, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )

    async def all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        found = await self.staff.get(path, community="yangguang", limit=200, **query)
        assert found["next"] is None
        return list(found["items"])

    async def stock(self) -> dict[str, Any]:
        """What stands, counted; the same however often it is loaded."""
        cases = await self.all("/api/issues/v1/cases")
        activities = await self.all("/api/events/v1/activities")
        accounts = await self.all("/api/volunteers/v1/accounts")
        return {
            "places": len(await self.all("/api/issues/v1/places")),
            "units": len(await self.all("/api/issues/v1/units")),
            "rounds": len(await self.all("/api/issues/v1/rounds", status="completed")),
            "plans": len(await self.all("/api/issues/v1/round-plans")),
            "cases": Counter((case["channel"], case["status"]) for case in cases),
            "wishes": {wish["title"]: wish["supporters"] for wish in await self.all("/api/issues/v1/wishes")},
            "volunteers": len(await self.all("/api/volunteers/v1/volunteers")),
            "teams": {team["title"]: team["members"] for team in await self.all("/api/volunteers/v1/teams")},
            "care": len(await self.all("/api/volunteers/v1/care-plans", status="open")),
            "series": Counter(series["title"] for series in await self.all("/api/events/v1/series")),
            "once": Counter(each["title"] for each in activities if each["series"] is None),
            "dates": Counter(each["title"] for each in activities if each["series"] is not None),
            "heads": {
                each["id"]: each["capacity"] - each["free"] for each in activities if each["capacity"] > each["free"]
            },
            "came": sum(each["attended"] for each in activities),
            "hours": Counter({account["volunteer"]: account["minutes"] for account in accounts}),
        }

    async def summaries(self) -> list[dict[str, Any]]:
        """The summary of every round, as it stands now."""
        rounds = await self.all("/api/issues/v1/rounds", status="completed")
        return [await self.staff.get(f"/api/issues/v1/rounds/{round['id']}/summary") for round in rounds]

    async def board(self) -> dict[str, Any]:
        board: dict[str, Any] = await self.staff.get("/api/notify/v1/board/yangguang")
        return board


@pytest.fixture
async def demo(
    mongodb_url: str, kafka_bootstrap: str, topic_prefix: str, database: str, tmp_path: Path
) -> AsyncIterator[Demo]:
    """With the limits of a house that serves the public."""
    limits = {"RATE_LIMIT_PER_SECOND": "50", "RATE_LIMIT_ADDRESS_PER_SECOND": "20"}
    variables = environment(mongodb_url, kafka_bootstrap, topic_prefix, database, tmp_path, **limits)
    async with running(variables) as house:
        yield Demo(house, variables)


LAID_OUT = next(building.floors for building in tables.buildings() if building.number == 9) * 3
"""Floors of No. 9, with two spots on each."""


def assert_complete(stock: dict[str, Any]) -> None:
    """Everything that the tables say stands, each thing once."""
    activities = tables.activities()
    assert stock["places"] == 1 + 20 + LAID_OUT
    assert stock["units"] == len(tables.units())
    assert (stock["rounds"], stock["plans"]) == (9, 1)
    handed_over = sum(not finding.fixed for finding in tables.findings())
    assert stock["cases"] == {
        ("round", "verified"): handed_over,
        **Counter(("resident", report.until) for report in tables.reports()),
    }
    assert stock["wishes"] == {wish.title: len({wish.proposer, *supporters(wish)}) for wish in tables.wishes()}
    assert stock["volunteers"] == sum(group.count for group in tables.groups())
    assert stock["teams"] == {team.title: len(team.people) for team in tables.teams()}
    assert stock["care"] == len(tables.care())
    assert stock["series"] == {series.title: 1 for series in activities.series}
    assert stock["once"] == {plan.title: 1 for plan in (*activities.yearly, activities.today)}
    assert sum(minutes > 0 for minutes in stock["hours"].values()) >= activities.today.volunteers_needed
    assert stock["hours"].total() >= sum(care.minutes for care in tables.care())


def supporters(wish: tables.Wish) -> list[str]:
    return tables.people({"resident": wish.supporters})


def assert_shown(board: dict[str, Any]) -> None:
    """What the report says, on the board."""
    assert (len(board["coverage"]["buildings"]), board["households"], board["residents"]) == (20, 2535, 6000)
    assert (board["findings"]["found"], board["findings"]["put_right"]) == (75, 75)
    assert len(board["coverage"]["covered"]) == 9
    last, *_ = board["coverage"]["latest"]
    assert (last["compound_covered"], last["compound_buildings"]) == (9, 20)
    assert board["coverage"]["floors"] == sum(building.floors for building in tables.buildings()[:9])
    assert board["cases"]["open"] == len(tables.reports())
    assert sum(case["due_at"] is not None for case in board["cases"]["waiting"]) >= 3
    assert board["cases"]["overdue"] == 0
    assert len(board["volunteering"]["teams"]) == 12
    assert board["volunteering"]["volunteers"] >= 40
    assert board["volunteering"]["hours"] > 0
    assert {wish["status"] for wish in board["wishes"]} == {"accepted", "open"}
    assert board["community"] in NotifySettings.model_fields["communities"].default, "people know its name"
    assert board["activities"]
    assert all(each["volunteers"] == each["volunteers_needed"] for each in board["activities"])


async def test_loaded_again_and_another_day_it_doubles_nothing(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    await demo.load()
    first = await demo.stock()
    assert_complete(first)
    assert_shown(await demo.board())
    summaries = await demo.summaries()
    assert {(each["compound_covered"], each["compound_buildings"]) for each in summaries} == {(9, 20)}
    assert sum(each["findings"] for each in summaries) == 75
    assert {each["put_right_rate"]["share"] for each in summaries} == {1.0}

    await demo.load()
    assert await demo.stock() == first

    later = calendar.now() + timedelta(days=3)
    monkeypatch.setattr(calendar, "now", lambda: later)
    async with Api(demo.house.url, demo.house.issuer) as api:
        await Load(api).run()
    topped_up = await demo.stock()
    same = first.keys() - {"heads", "once"}
    assert {name: topped_up[name] for name in same} == {name: first[name] for name in same}
    assert topped_up["once"][tables.activities().today.title] == 1, "what took place isn't held again"
    assert topped_up["heads"].items() > first["heads"].items(), "the next dates of the class are registered for"


async def test_killed_again_and_again_it_comes_to_its_end(demo: Demo) -> None:
    for line in ("volunteers", "findings", "care plans"):
        await demo.load_until(line)
    await demo.load()
    assert_complete(await demo.stock())
    assert_shown(await demo.board())


async def test_a_key_that_the_services_do_not_know_is_refused_in_one_sentence(demo: Demo, tmp_path: Path) -> None:
    demo.variables["AUTH_DEVELOPMENT_KEY"] = str(tmp_path / "another.json")
    process = await demo._started()
    told, _ = await process.communicate()
    assert process.returncode == 1
    assert told.decode().strip().count("\n") == 0
    assert "was refused" in told.decode()
