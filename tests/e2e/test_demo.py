"""The demo data, loaded into the whole house: a story of five weeks, told once, however often it is broken off; what
people have done with it meanwhile stands; and what the README has them type works."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.local.house import TOLD_QUICKLY
from deploy.local.seed import calendar, tables
from services.chassis.principal import Role
from services.issues.catalogue.domain.working_time import WorkingTime
from services.notify.settings import NotifySettings
from tests.e2e.house import ROOT, Hand, House, environment, running
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(1800)


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
            "venues": {each["venue"]: each["zh"] for each in await self.all("/api/events/v1/venues")},
            "series": Counter(series["title"] for series in await self.all("/api/events/v1/series")),
            "once": Counter(each["title"] for each in activities if each["series"] is None),
            "dates": Counter(each["title"] for each in activities if each["series"] is not None),
            "heads": {
                each["id"]: each["capacity"] - each["free"] for each in activities if each["capacity"] > each["free"]
            },
            "came": sum(each["attended"] for each in activities),
            "certificates": Counter(
                (each["number"], each["status"], each["minutes"])
                for each in await self.all("/api/volunteers/v1/certificates")
            ),
            "hours": Counter({account["volunteer"]: account["minutes"] for account in accounts}),
        }

    async def needs(self) -> list[dict[str, Any]]:
        """Every need, page by page."""
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"next": ""}
        while page["next"] is not None:
            more = {"cursor": page["next"]} if page["next"] else {}
            page = await self.staff.get("/api/volunteers/v1/needs", community="yangguang", limit=200, **more)
            found += page["items"]
        return found

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
    limits = {
        "RATE_LIMIT_PER_SECOND": "50",
        "RATE_LIMIT_ADDRESS_PER_SECOND": "20",
        **TOLD_QUICKLY,
        "DEVELOPMENT_CLOCK": str(tmp_path / "clock"),
    }
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
    assert stock["venues"] == {venue.venue: venue.zh for venue in tables.venues()}
    assert stock["series"] == {series.title: 1 for series in activities.series}
    assert stock["once"] == {plan.title: 1 for plan in (*activities.yearly, activities.service_day)}
    assert stock["came"] > 0
    assert sum(minutes > 0 for minutes in stock["hours"].values()) >= activities.service_day.volunteers_needed


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
    assert board["cases"]["from_rounds"] + len(tables.reports()) == board["cases"]["reported"]
    assert sum(case["due_at"] is not None for case in board["cases"]["waiting"]) >= 3
    assert board["cases"]["overdue"] == 0
    assert board["volunteering"]["team_count"] == 12
    assert board["volunteering"]["volunteers"] >= 40
    assert board["volunteering"]["hours"] > 0
    assert {wish["status"] for wish in board["wishes"]} == {"accepted", "open"}
    assert board["community"] in NotifySettings.model_fields["communities"].default, "people know its name"
    assert board["activities"]
    soon = datetime.now(UTC) + timedelta(days=7)
    near = [each for each in board["activities"] if local(each["starts_at"]) < soon]
    assert {(each["title"], each["volunteers_missing"]) for each in near} == {(each["title"], 0) for each in near}


async def test_a_story_that_is_broken_off_is_told_once_and_people_go_on_from_it(demo: Demo) -> None:
    for line in ("volunteers", "confirmed"):
        await demo.load_until(line)
    await demo.load()
    first = await demo.stock()
    assert_complete(first)
    assert_shown(await demo.board())
    await assert_in_its_time(demo)
    await assert_certified(demo)
    summaries = await demo.summaries()
    assert sorted(each["compound_covered"] for each in summaries) == list(range(1, 10))
    assert sum(each["findings"] for each in summaries) == 75
    assert {each["put_right_rate"]["share"] for each in summaries} == {1.0}

    await demo.load()
    assert await demo.stock() == first
    here = {"community": "yangguang"}
    await demo.staff.post(
        "/api/volunteers/v1/teams", {**here, "title": "读书会", "kind": "hobby", "leader": "party-01"}
    )
    for nth in range(7):
        resident = demo.house.hand(f"resident-wishes-{nth}", Role.RESIDENT)
        await resident.post("/api/issues/v1/wishes", {**here, "title": f"心愿{nth}", "text": "想要"})
    [series] = [each for each in await demo.all("/api/events/v1/series") if each["title"] == "银发合唱团排练"]
    await demo.staff.post(f"/api/events/v1/series/{series['id']}/end", {})
    told = await demo.load()
    assert "loaded:" in told

    async def counted() -> bool:
        board = await demo.board()
        return (board["volunteering"]["team_count"], board["wish_count"]) == (13, len(tables.wishes()) + 7)

    await eventually(counted)
    board = await demo.board()
    assert (len(board["volunteering"]["teams"]), len(board["wishes"])) == (12, 6)
    await assert_readme_works(demo)


async def assert_certified(demo: Demo) -> None:
    """One certificate is issued and can be checked; grid workers saw who came to visits and left, all in time."""
    [certificate] = await demo.all("/api/volunteers/v1/certificates")
    assert certificate["status"] == "issued"
    assert certificate["number"].endswith("-000001")
    checked = await demo.staff.get(f"/api/volunteers/v1/certificates/checked/{certificate['code']}")
    assert (checked["status"], checked["minutes"]) == ("issued", certificate["minutes"])
    presences = await demo.all("/api/volunteers/v1/presences")
    assert presences
    assert {(each["arrival"], each["departure"], each["forgotten"]) for each in presences} == {("seen", "seen", False)}


KEY = "${XDG_STATE_HOME:-$HOME/.local/state}/sunshine-community/demo/issuer.json"


async def assert_readme_works(demo: Demo) -> None:
    """The commands of «Try it», typed as they stand there, at this house's address and with its key."""
    text = (ROOT / "README.md").read_text("utf-8")
    typed = text.partition("## Try it")[2].partition("```\n")[2].partition("```")[0]
    for there, here in (("http://127.0.0.1:8080", demo.house.url), (KEY, demo.variables["AUTH_DEVELOPMENT_KEY"])):
        assert there in typed
        typed = typed.replace(there, here)
    shell = ["bash", "-euo", "pipefail", "-c", typed]
    process = await asyncio.create_subprocess_exec(
        *shell, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert said.decode().count("七楼灯不亮") == 2, said.decode()


async def assert_in_its_time(demo: Demo) -> None:
    """Rounds on workdays of their own, the clinic on Saturdays, classes on school days, visits at ten."""
    now = datetime.now(UTC)
    rounds = await demo.all("/api/issues/v1/rounds", status="completed")
    walked = [local(each["completed_at"]) for each in rounds]
    assert len({at.date() for at in walked}) == len(walked) == 9
    assert all(at < now - timedelta(hours=1) and WORKING.is_open(at) for at in walked)
    assert max(walked) - min(walked) > timedelta(days=20)
    waiting = [local(each["starts_at"]) for each in await demo.all("/api/issues/v1/rounds", status="planned")]
    assert [at for at in waiting if at < now - timedelta(days=1)] == [], "rounds that nobody walked"
    cases = await demo.all("/api/issues/v1/cases")
    assert all(WORKING.is_workday(local(case["reported_at"]).date()) for case in cases)
    activities = await demo.all("/api/events/v1/activities")
    held = [each for each in activities if each["attended"] and local(each["starts_at"]) < now]
    kinds = {each["kind"]: local(each["starts_at"]) for each in held}
    assert {"clinic", "class"} <= kinds.keys()
    assert {each["title"]: each["volunteers_found"] - each["volunteers_needed"] for each in held} == {
        each["title"]: 0 for each in held
    }
    for each in held:
        starts = local(each["starts_at"])
        if each["kind"] == "clinic":
            assert (starts.weekday(), starts.hour) == (5, 9)
    on = [each for each in activities if each["kind"] == "class" and each["status"] != "cancelled"]
    classes = [local(each["starts_at"]) for each in on]
    vacations = next(each.vacations for each in tables.activities().series if each.school_days)
    assert not [starts for starts in classes if calendar.is_free(starts.date(), vacations)]
    needs = [each for each in await demo.needs() if each["origin"] == "care-plan"]
    assert {local(each["starts_at"]).strftime("%H:%M") for each in needs} == {"10:00", "11:30"}
    served = [each for each in needs if each["status"] == "fulfilled"]
    assert len(served) > 100
    accounts = await demo.all("/api/volunteers/v1/accounts")
    assert sum(account["minutes"] for account in accounts) >= sum(
        (local(each["ends_at"]) - local(each["starts_at"])).total_seconds() / 60 for each in served
    )


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(calendar.ZONE)


WORKING = WorkingTime()


async def test_a_key_that_the_services_do_not_know_is_refused_in_one_sentence(demo: Demo, tmp_path: Path) -> None:
    demo.variables["AUTH_DEVELOPMENT_KEY"] = str(tmp_path / "another.json")
    process = await demo._started()
    told, _ = await process.communicate()
    assert process.returncode == 1
    assert told.decode().strip().count("\n") == 0
    assert "was refused" in told.decode()
