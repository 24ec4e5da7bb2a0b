"""Attendance over HTTP: who reads the roster, and checking in over the desk and by the code."""

from typing import Any

from services.chassis.principal import Role
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates, Cause
from services.events.activities.domain import staffing
from services.events.activities.domain.activity import Activity
from services.events.attendance.store import VOLUNTEERS
from services.events.settings import EventsSettings
from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import scheduled
from tests.unit.events.given import END, GRID, HOME, HOUR, ORGANISER, STAFF, START, person, resident


async def test_only_the_desk_reads_the_roster(api: Caller) -> None:
    place = await scheduled(api, organiser=ORGANISER.sub)
    await api.ok(resident(1), f"{place}/registrations", {"party": 2})
    for by in (STAFF, GRID, ORGANISER):
        roster = (await api.get(by, f"{place}/roster")).json()
        assert [party["person"] for party in roster["seated"]] == ["resident-1"]
        assert roster["check_in_code"] is None
    for by in (resident(1), person("o", Role.ORGANISER), person("s", Role.STAFF, home="elsewhere")):
        assert (await api.get(by, f"{place}/roster")).status_code == 404


async def test_attendance_over_the_desk_and_by_the_code(api: Caller, hand: Hand) -> None:
    place = await scheduled(api)
    await api.ok(resident(1), f"{place}/registrations", {"party": 3})
    hand.now = START
    code = (await api.get(STAFF, f"{place}/roster")).json()["check_in_code"]
    wrong = await api.post(resident(1), f"{place}/check-ins", {"code": "000000" if code != "000000" else "1"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "activity.wrong-code")
    assert (await api.ok(resident(1), f"{place}/check-ins", {"code": code}))["as_volunteer"] is False
    hand.now = END + HOUR
    out = await api.ok(GRID, f"{place}/check-outs", {"person": "resident-1"})
    assert (out["minutes"], out["capped"]) == (120, True)
    assert (await api.get(None, place)).json()["attended"] == 3
    assert (await api.ok(STAFF, f"{place}/complete"))["status"] == "completed"


async def test_only_approved_helpers_are_checked_in(
    api: Caller, activities: Aggregates[Activity], runtime: Runtime[EventsSettings], hand: Hand
) -> None:
    place = await scheduled(api)
    id = place.removeprefix("/activities/")
    await activities.change(id, lambda a, now: staffing.staff(a, ["helper-1", "helper-2"], now), Cause("test"))
    hand.now = START

    async def seen(**state: Any) -> tuple[int, str]:
        copy = {"seq": 1, "community": HOME, "state": {"person": "helper-1", **state}}
        await runtime.database[VOLUNTEERS].replace_one({"_id": "volunteer-1"}, copy, upsert=True)
        answer = await api.post(STAFF, f"{place}/check-ins", {"person": "helper-1", "as_volunteer": True})
        return answer.status_code, answer.json().get("code", "")

    assert await seen() == (409, "activity.volunteer-not-approved")
    assert await seen(approved=False) == (409, "activity.volunteer-not-approved")
    assert await seen(approved=True) == (200, "")
    other_one = await api.post(STAFF, f"{place}/check-ins", {"person": "helper-2", "as_volunteer": True})
    assert other_one.status_code == 409
