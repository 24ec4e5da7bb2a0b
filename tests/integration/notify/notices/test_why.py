"""The list over HTTP of who was told, and why somebody was not: for staff of the community alone."""

from typing import Any

from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import a_case, registered, scheduled
from tests.unit.notify.given import DAY, HERE, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE


async def test_staff_see_who_was_told_and_why_somebody_was_not(house: House, api: Api) -> None:
    await house.take([*a_case(), scheduled(NOW + 3 * DAY), registered("resident-2", 2, NOW + 3 * DAY)])
    told = (await api.call(STAFF, "GET", "/why", community=HERE, about="case-1")).json()["items"]
    assert {(t["kind"], t["channel"], t["status"], t["reason"]) for t in told} == {
        ("case-dispatched", "inbox", "delivered", None),
        ("case-dispatched", "email", "suppressed", "no-address"),
        ("case-verified", "inbox", "delivered", None),
        ("case-verified", "email", "suppressed", "no-address"),
    }
    assert {t["recipient"] for t in told} == {"resident-1"}
    by_cause = (await api.call(STAFF, "GET", "/why", community=HERE, cause="case-1.4")).json()["items"]
    assert {t["kind"] for t in by_cause} == {"case-verified"}
    assert (await api.call(STAFF, "GET", "/why", community=HERE)).json()["code"] == "why.about-what"
    assert (await api.call(RESIDENT, "GET", "/why", community=HERE, about="case-1")).status_code == 403
    assert (await api.call(STAFF_ELSEWHERE, "GET", "/why", community=HERE, about="case-1")).status_code == 403


async def test_staff_ask_why_somebody_did_not_hear_by_person_and_time(house: House, api: Api) -> None:
    await house.take(a_case("case-1"))
    house.now = NOW + DAY
    await house.take(a_case("case-2"))

    async def asked(**query: Any) -> set[tuple[str, str]]:
        answer = await api.call(STAFF, "GET", "/why", community=HERE, **query)
        return {(each["about"], each["channel"]) for each in answer.json()["items"]}

    both = {("case-1", "inbox"), ("case-1", "email"), ("case-2", "inbox"), ("case-2", "email")}
    assert await asked(person="resident-1") == both
    assert await asked(person="resident-9") == set()
    assert await asked(person="resident-1", outcome="not-told") == {("case-1", "email"), ("case-2", "email")}
    assert await asked(person="resident-1", outcome="waiting") == set()
    noon = (NOW + DAY / 2).isoformat()
    assert await asked(person="resident-1", since=noon, outcome="told") == {("case-2", "inbox")}
    assert await asked(person="resident-1", until=noon, outcome="told") == {("case-1", "inbox")}
    assert (await api.call(RESIDENT, "GET", "/why", community=HERE, person="resident-1")).status_code == 403


async def test_one_person_and_one_fact_have_an_answer_also_where_it_does_not_concern_them(
    house: House, api: Api
) -> None:
    await house.know("resident-1")
    member = {"person": "resident-2", "community": HERE}
    await house.db["memberships"].insert_one({"_id": "m-1", **member})
    await house.take(a_case("case-1"))

    async def asked(person: str, **query: Any) -> tuple[str, bool, int, list[str]]:
        answer = await api.call(STAFF, "GET", "/why/one", community=HERE, person=person, **query)
        found = answer.json()
        return found["verdict"], found["belongs"], found["others"], found["kinds"]

    both = ["case-dispatched", "case-verified"]
    assert await asked("resident-1", about="case-1") == ("told", True, 0, [])
    assert await asked("resident-2", about="case-1") == ("not-concerned", True, 1, both)
    assert await asked("resident-9", about="case-1") == ("not-concerned", False, 1, both)
    assert await asked("resident-2", about="case-7") == ("nobody-told", True, 0, [])
    assert await asked("resident-1", cause="case-1.4") == ("told", True, 0, [])
    await house.db["notices"].update_many({}, {"$set": {"state.status": "suppressed", "state.reason": "erased"}})
    assert (await asked("resident-1", about="case-1"))[0] == "not-told"
    unnamed = await api.call(STAFF, "GET", "/why/one", community=HERE, person="resident-1")
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "why.about-what")
    for by in (RESIDENT, STAFF_ELSEWHERE):
        refused = await api.call(by, "GET", "/why/one", community=HERE, person="resident-1", about="case-1")
        assert refused.status_code == 403
