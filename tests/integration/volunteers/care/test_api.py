"""Care plans over HTTP: they are for staff, and a request sent twice promises once."""

from services.chassis.store.aggregates import Aggregates
from services.volunteers.care.domain.plans import CarePlan
from tests.integration.volunteers.bodies import PLAN
from tests.integration.volunteers.calling import Api
from tests.unit.volunteers.world import HERE, STAFF, person

ANN, BOB = person("ann"), person("bob")


async def test_care_plans_are_for_staff_only(api: Api) -> None:
    assert await api.refused(ANN, "/care-plans", PLAN) == (403, "forbidden")
    plan = await api.ok(STAFF, "/care-plans", PLAN)
    assert plan["rule"] == "FREQ=WEEKLY;BYDAY=TU"
    assert (await api.get(ANN, f"/care-plans/{plan['id']}")).status_code == 404
    assert (await api.get(ANN, "/care-plans", community=HERE)).status_code == 403
    assert len((await api.read(STAFF, "/care-plans", community=HERE, elder="elder-1"))["items"]) == 1
    chat = await api.ok(STAFF, "/care-plans", {**PLAN, "kind": "chat"})
    assert (chat["kind"], chat["work"]["zh"]) == ("chat", "陪伴聊天")
    for kind, found in (("chat", chat), ("visit", plan)):
        listed = await api.read(STAFF, "/care-plans", community=HERE, kind=kind)
        assert [each["id"] for each in listed["items"]] == [found["id"]]


async def test_a_request_sent_twice_promises_once(api: Api, care_plans: Aggregates[CarePlan]) -> None:
    headers = {"Idempotency-Key": "plan-1"}
    answers = [await api.post(STAFF, "/care-plans", PLAN, headers) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert await care_plans.collection.count_documents({}) == 1


async def test_a_plan_is_changed_paused_and_resumed_by_staff(api: Api) -> None:
    path = f"/care-plans/{(await api.ok(STAFF, '/care-plans', PLAN))['id']}"
    assert (await api.patch(ANN, path, {"seats": 2})).status_code == 404
    assert (await api.patch(STAFF, path, {"seats": 2})).json()["seats"] == 2
    wish = (await api.patch(STAFF, path, {"gender": "female", "urgency": 3, "refused": ["bob"]})).json()
    assert not wish["continuity"]
    assert (await api.patch(STAFF, path, {"continuity": True})).json()["continuity"]
    assert (wish["gender"], wish["urgency"], wish["refused"]) == ("female", 3, ["bob"])
    assert (await api.ok(STAFF, f"{path}/pause", {"until": "2024-03-01"}))["paused_until"] == "2024-03-01"
    assert (await api.ok(STAFF, f"{path}/resume"))["paused_until"] is None
    await api.ok(STAFF, f"{path}/close")
    assert await api.refused(STAFF, f"{path}/resume") == (409, "care-plan.closed")
