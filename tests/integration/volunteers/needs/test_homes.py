"""An elder's home is told to the right people at the right time and on record; lists and refusals let nothing slip."""

from typing import Any

import pytest

from services.chassis.principal import Principal, Role
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates, Cause
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.opening import open_for_visit
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.settings import VolunteersSettings
from tests.integration.calling import Hand
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import HERE, HOUR, STAFF, STRANGER, person

ANN, BOB, CAI = person("ann"), person("bob"), person("cai")
HOME, NOTE = "16-2-301", "门禁码 4711，糖尿病饮食"
PLAN = {
    "community": HERE,
    "elder": "elder-1",
    "kind": "meal",
    "building": "building-16",
    "home": HOME,
    "note": NOTE,
    "recurrence": {"every": "week", "weekdays": [2], "at": "15:00", "since": "2024-01-29"},
}


@pytest.fixture
async def visit(api: Api, care_plans: Aggregates[CarePlan], needs: Aggregates[Need]) -> dict[str, Any]:
    """The first visit of a plan, tomorrow at seven in the morning (UTC) for an hour."""
    plan = (await api.ok(STAFF, "/care-plans", PLAN))["id"]
    stored = (await care_plans.get(plan)).aggregate
    first = stored.visits[0]
    await needs.create(first.need, lambda now: open_for_visit(stored, first), Cause("test"))
    return {"need": first.need, "plan": plan, "starts_at": first.starts_at, "ends_at": first.ends_at}


async def where(api: Api, by: Principal, need: str) -> Any:
    return (await api.read(by, f"/needs/{need}"))["where"]


async def readings(api: Api, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.read(STAFF, "/readings", community=HERE, **query))["items"]
    return found


async def test_a_home_is_told_around_the_visit_to_those_who_go_there_and_each_reading_is_on_record(
    api: Api, hand: Hand, visit: dict[str, Any]
) -> None:
    need = visit["need"]
    for who in (ANN, BOB):
        await admit(api, who)
    await api.ok(ANN, f"/needs/{need}/take")
    told = []
    for at in (
        visit["starts_at"] - 24 * HOUR - HOUR / 60,
        visit["starts_at"] - 24 * HOUR,
        visit["ends_at"] + 2 * HOUR - HOUR / 60,
        visit["ends_at"] + 2 * HOUR,
    ):
        hand.now = at
        assert await where(api, BOB, need) is None
        told.append(await where(api, ANN, need))
    assert told == [None, {"elder": "elder-1", "home": HOME, "note": NOTE, "emergency": None}, told[1], None]
    assert [(r["person"], r["need"], r["care_plan"]) for r in await readings(api)] == [("ann", need, visit["plan"])] * 2
    assert (await where(api, STAFF, need))["home"] == HOME
    assert [r["person"] for r in await readings(api, need=need)] == ["staff-1", "ann", "ann"]
    assert [r["person"] for r in await readings(api, person="staff-1")] == ["staff-1"]


async def test_the_record_is_for_staff_and_read_page_by_page(api: Api, visit: dict[str, Any]) -> None:
    for _ in range(5):
        await where(api, STAFF, visit["need"])
    assert (await api.read(STAFF, f"/care-plans/{visit['plan']}"))["home"] == HOME
    first = await api.read(STAFF, "/readings", community=HERE, limit=4)
    second = await api.read(STAFF, "/readings", community=HERE, limit=4, cursor=first["next"])
    kept = first["items"] + second["items"]
    assert (len(kept), len({r["id"] for r in kept}), second["next"]) == (6, 6, None)
    assert [r["need"] for r in kept].count(None) == 1
    for nobody in (ANN, STRANGER):
        assert (await api.get(nobody, "/readings", community=HERE)).status_code == 403


async def test_a_volunteer_who_is_not_approved_is_asked_for_nothing_takes_nothing_and_reads_nothing(
    api: Api, hand: Hand, visit: dict[str, Any]
) -> None:
    need = visit["need"]
    mine = await api.ok(ANN, "/volunteers", {"community": HERE, "skills": ["medical", "haircut"], "adult": True})
    assert (mine["approved"], mine["skills"], mine["profile"]["adult"]) == (False, [], None)

    async def refused() -> str:
        answer = await api.post(ANN, f"/needs/{need}/take")
        return f"{answer.status_code} {answer.json()['params']}"

    assert await refused() == "409 {'filter': 'approved'}"
    for step in ("approve", "verify"):
        assert (await api.post(ANN, f"/volunteers/{mine['id']}/{step}", {})).status_code == 403
        assert (await api.post(STRANGER, f"/volunteers/{mine['id']}/{step}", {})).status_code == 404
    await api.ok(STAFF, f"/volunteers/{mine['id']}/approve")
    assert await refused() == "409 {'filter': 'adult'}"
    await api.ok(STAFF, f"/volunteers/{mine['id']}/verify", {"adult": True})
    await api.ok(STAFF, f"/needs/{need}/offers", {"person": "ann", "reason": "熟悉"})
    hand.now = visit["starts_at"]
    assert await where(api, ANN, need) is None  # an offer is no seat


async def test_approval_is_asked_again_at_every_step(api: Api, hand: Hand, visit: dict[str, Any]) -> None:
    need, gate = visit["need"], (409, "volunteer.not-eligible")
    ann = f"/volunteers/{(await admit(api, ANN))['id']}"
    await api.ok(STAFF, f"/needs/{need}/offers", {"person": "ann", "reason": "熟悉"})
    await api.ok(STAFF, f"{ann}/disapprove")
    for answer in ("accept", "take"):
        assert await api.refused(ANN, f"/needs/{need}/{answer}") == gate
    await api.ok(STAFF, f"{ann}/approve")
    await api.ok(ANN, f"/needs/{need}/accept")
    hand.now = visit["starts_at"] + HOUR / 2
    assert (await where(api, ANN, need))["home"] == HOME
    await api.ok(STAFF, f"{ann}/disapprove")
    assert await where(api, ANN, need) is None
    assert await api.refused(ANN, f"/needs/{need}/report", {"minutes": 30}) == gate
    assert await api.refused(STAFF, f"/needs/{need}/confirm", {"person": "ann"}) == gate
    await api.ok(STAFF, f"{ann}/approve")
    hand.now += HOUR
    assert (await api.ok(STAFF, f"/needs/{need}/confirm", {"person": "ann"}))["status"] == "fulfilled"


async def test_a_volunteer_stored_before_approval_waits_for_it(
    api: Api, volunteers: Aggregates[Volunteer], visit: dict[str, Any]
) -> None:
    await admit(api, ANN, skills=["haircut"])
    id = volunteer_id(HERE, "ann")
    await volunteers.collection.update_one(
        {"_id": id}, {"$unset": {"state.claimed_skills": "", "state.approved_at": ""}}
    )
    assert [v["id"] for v in (await api.read(STAFF, "/volunteers", community=HERE, approved="false"))["items"]] == [id]
    assert (await api.read(STAFF, "/volunteers", community=HERE, approved="true"))["items"] == []
    assert (await api.read(STAFF, "/volunteers", community=HERE, skill="haircut"))["items"] == []
    assert await api.refused(ANN, f"/needs/{visit['need']}/take") == (409, "volunteer.not-eligible")
    seen = (await api.ok(STAFF, f"/volunteers/{id}/verify", {"skills": ["haircut"], "adult": True}))["skills"]
    assert seen == ["haircut"]
    await api.ok(STAFF, f"/volunteers/{id}/approve")
    await api.ok(ANN, f"/needs/{visit['need']}/take")


async def test_nothing_but_a_seat_leads_from_a_need_to_its_plan(api: Api, hand: Hand, visit: dict[str, Any]) -> None:
    need, plan = visit["need"], visit["plan"]
    for who in (ANN, BOB, CAI):
        await admit(api, who)
    await api.ok(STAFF, f"/needs/{need}/offers", {"person": "cai", "reason": "熟悉"})
    stale = {"If-Match": '"1"'}
    for by in (BOB, CAI, person("resident-1", *(set(Role) - {Role.STAFF}))):
        answers = [
            await api.get(by, "/needs", community=HERE),
            await api.get(by, "/needs", community=HERE, care_plan=plan),
            await api.get(by, f"/needs/{need}"),
            await api.get(by, "/offers/me", community=HERE),
            await api.post(by, f"/needs/{need}/take", None, stale),
            await api.post(by, f"/needs/{need}/report", {"minutes": 1}),
            await api.post(by, f"/needs/{need}/decline", None, stale),
            await api.get(by, f"/needs/{need}/why"),
        ]
        for answer in answers:
            for secret in (plan, "elder-1", HOME, NOTE):
                assert secret not in answer.text, answer.request.url
        assert answers[1].json()["items"] == []
    assert any("current" in answer.json() for answer in answers)
    await api.ok(CAI, f"/needs/{need}/accept")
    assert (await api.read(CAI, f"/needs/{need}"))["care_plan"] == plan
    assert [n["id"] for n in (await api.read(CAI, "/needs", community=HERE, care_plan=plan))["items"]] == [need]


async def test_lists_and_echoes_of_plans_keep_the_home_back_even_from_staff(api: Api, visit: dict[str, Any]) -> None:
    listed = await api.get(STAFF, "/care-plans", community=HERE)
    closed = await api.post(STAFF, f"/care-plans/{visit['plan']}/close")
    again = await api.post(STAFF, f"/care-plans/{visit['plan']}/close")
    assert (listed.status_code, closed.status_code, again.status_code) == (200, 200, 409)
    for answer in (listed, closed, again):
        assert HOME not in answer.text
        assert NOTE not in answer.text


async def test_an_erased_reader_is_no_longer_named(
    api: Api, runtime: Runtime[VolunteersSettings], hand: Hand, visit: dict[str, Any]
) -> None:
    await admit(api, ANN)
    await api.ok(ANN, f"/needs/{visit['need']}/take")
    hand.now = visit["starts_at"]
    await where(api, ANN, visit["need"])
    await runtime.erasing.carry_out("ann", None)
    (reading,) = await readings(api)
    assert reading["person"].startswith("erased-")
