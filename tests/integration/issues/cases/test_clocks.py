"""Clocks over HTTP and by the sweeps: races for a case, pauses that end by themselves, extensions, warnings."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.chassis.clock import utc_now
from services.chassis.principal import Role
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.sweeper import Sweeping
from services.contracts.issues import CaseStatus as S
from services.contracts.topics import ISSUES
from services.issues.app import service
from services.issues.settings import IssuesSettings
from tests.integration import standing
from tests.integration.issues.calling import Api, a_community
from tests.integration.issues.kept import Kept
from tests.integration.issues.listening import Running
from tests.unit.issues.world import HERE, RESIDENT, STAFF, person
from tests.unit.issues.world import a_case as a_dispatched_case
from tests.waiting import eventually


async def a_case_in(api: Api, *steps: str) -> tuple[dict[str, Any], str]:
    """A resident's case, dispatched to a unit and brought on by its handler; the case and the unit."""
    unit, buildings = await a_community(api)
    report = {"community": HERE, "category": "lighting", "place": buildings[0], "text": "灯不亮"}
    case = await api.made(RESIDENT, "/cases", report)
    await api.made(STAFF, f"/cases/{case['id']}/accept", {})
    for step in steps:
        by = STAFF if step == "dispatch" else the_handler(unit)
        case = await api.made(by, f"/cases/{case['id']}/{step}", {"unit": unit} if step == "dispatch" else {})
    return case, unit


def the_handler(unit: str) -> Any:
    return person("handler-of-it", Role.HANDLER, units=(unit,))


async def test_of_many_staff_who_dispatch_at_once_one_wins_and_the_others_see_how_it_stands(api: Api) -> None:
    case, unit = await a_case_in(api)
    at = f"/cases/{case['id']}/dispatch"
    staff = [person(f"staff-{n}", Role.STAFF) for n in range(8)]

    answers = await asyncio.gather(*(api.post(by, at, {"unit": unit}) for by in staff))

    assert sorted(answer.status for answer in answers) == [200, *[409] * 7]
    won = next(answer for answer in answers if answer.status == 200).json
    for answer in answers:
        if answer.status == 409:
            assert answer.code == "case.not-now"
            assert answer.json["current"]["version"] == won["version"]
            assert (answer.json["current"]["status"], answer.json["current"]["unit"]) == ("dispatched", unit)
            assert "text" not in answer.json["current"]


async def test_an_outdated_version_is_answered_with_the_present_one(api: Api) -> None:
    case, unit = await a_case_in(api, "dispatch")
    answer = await api.post(STAFF, f"/cases/{case['id']}/reassign", {"unit": unit}, {"If-Match": '"1"'})
    assert (answer.status, answer.json["current"]["version"]) == (412, case["version"])


async def test_a_pause_ends_by_itself_and_its_case_goes_on(api: Api, store: Kept, opened: Sequence[Room]) -> None:
    case, unit = await a_case_in(api, "dispatch", "start")
    at, clock = f"/cases/{case['id']}", the_clock(opened)
    until = (utc_now() + timedelta(hours=5)).isoformat()
    assert (await api.post(the_handler(unit), f"{at}/pause", {"until": until, "reason": "等配件"})).status == 403
    paused = await api.made(STAFF, f"{at}/pause", {"until": until, "reason": "等配件"})
    assert (paused["status"], paused["due_at"], paused["phase"]) == ("paused", None, None)
    refused = await api.post(the_handler(unit), f"{at}/handle", {})
    assert (refused.status, refused.json["current"]["status"]) == (409, "paused")
    assert await clock.once(utc_now) == 0

    await hours_pass(store, 6, "paused_until", "tick_at")
    assert [await clock.once(utc_now), await clock.once(utc_now)] == [1, 0]
    again = (await api.get(STAFF, at)).json
    assert (again["status"], again["phase"], again["paused_until"]) == ("in-progress", case["phase"], None)
    assert datetime.fromisoformat(again["due_at"]) > utc_now()


async def test_staff_end_a_pause_before_its_time(api: Api) -> None:
    case, _ = await a_case_in(api, "dispatch")
    until = (utc_now() + timedelta(days=5)).isoformat()
    await api.made(STAFF, f"/cases/{case['id']}/pause", {"until": until, "reason": "等配件"})
    again = await api.made(STAFF, f"/cases/{case['id']}/resume", {})
    assert (again["status"], again["phase"]) == ("dispatched", "sign")
    assert (await api.post(STAFF, f"/cases/{case['id']}/resume")).code == "case.not-now"


async def test_a_warning_and_a_breach_are_said_once_whoever_sweeps(
    api: Api, store: Kept, opened: Sequence[Room], runtime: Runtime[IssuesSettings]
) -> None:
    case, _ = await a_case_in(api, "dispatch")
    await hours_pass(store, 24 * 40, "warn_at", "phase_due_at", "tick_at")
    replicas = [opened, *(service.rooms(runtime) for _ in range(3))]
    await asyncio.gather(*(the_clock(rooms).once(utc_now) for rooms in replicas))
    assert await the_clock(opened).once(utc_now) == 0
    now = (await api.get(STAFF, f"/cases/{case['id']}")).json
    assert (now["warned"], now["escalation"], now["overdue"], now["status"]) == (True, 1, False, "dispatched")
    document = await store.cases.collection.find_one({"_id": case["id"]})
    assert document is not None
    types = [entry["type"].split(".")[4] for entry in document["outbox"]]
    assert (types.count("warned"), types.count("escalated")) == (1, 1)


async def test_many_that_come_due_at_once_are_all_told(store: Kept, opened: Sequence[Room]) -> None:
    due = a_dispatched_case(S.DISPATCHED)
    state = due.model_dump(exclude={"id"})  # of years ago: everything about it is due
    many = [{"_id": f"case-{n}", "v": 1, "at": utc_now(), "state": state, "outbox": []} for n in range(450)]
    await store.cases.collection.insert_many(many)
    assert [await the_clock(opened).once(utc_now), await the_clock(opened).once(utc_now)] == [450, 0]
    told = {"state.warned": True, "state.escalation": 1, "state.overdue": True, "state.tick_at": None}
    assert await store.cases.collection.count_documents(told) == 450


def the_clock(opened: Sequence[Room]) -> Sweeping:
    """What the service sweeps with."""
    return standing.sweep(opened, "case-clock")


async def hours_pass(store: Kept, hours: int, *fields: str) -> None:
    """Time passes for the cases of the store, as if nothing had swept meanwhile."""
    back = {f"state.{name}": {"$subtract": [f"$state.{name}", hours * 3_600_000]} for name in fields}
    await store.cases.collection.update_many({}, [{"$set": back}])


async def test_the_life_of_an_extension(api: Api) -> None:
    case, unit = await a_case_in(api, "dispatch", "start")
    at, handler = f"/cases/{case['id']}", the_handler(unit)
    until = (datetime.fromisoformat(case["due_at"]) + timedelta(days=3)).isoformat()
    asked = await api.made(handler, f"{at}/request-extension", {"until": until, "reason": "配件未到"})
    assert (asked["extension_requested"], asked["due_at"]) == (True, case["due_at"])
    assert (await api.post(handler, f"{at}/grant-extension", {})).status == 403
    given = await api.made(STAFF, f"{at}/grant-extension", {})
    assert (given["extended"], given["extension_requested"]) == (1, False)
    assert datetime.fromisoformat(given["due_at"]) == datetime.fromisoformat(until)
    assert (await api.post(STAFF, f"{at}/refuse-extension", {"reason": "r"})).code == "case.no-extension"


async def test_a_missed_deadline_reaches_the_topic_once(running: Running) -> None:
    """A deadline a moment away: the sweep of the running service says what is to be said."""
    api = running.api
    unit, buildings = await a_community(api)
    report = {"community": HERE, "category": "lighting", "place": buildings[0], "text": "灯不亮"}
    case = await api.made(RESIDENT, "/cases", report)
    await api.made(STAFF, f"/cases/{case['id']}/accept", {})
    due_at = (utc_now() + timedelta(seconds=1)).isoformat()
    await api.made(STAFF, f"/cases/{case['id']}/dispatch", {"unit": unit, "due_at": due_at})

    async def told() -> Any:
        records = await running.read(ISSUES.name)
        return [record for record in records if record.envelope.type == "cn.community.issues.case.overdue.v1"]

    [overdue] = await eventually(told)
    assert overdue.envelope.aggregate_id == case["id"]
    assert (await api.get(STAFF, f"/cases/{case['id']}")).json["overdue"] is True
