"""Registrations over HTTP: the waiting list from the first step to the last, and repeated requests."""

from tests.integration.calling import Caller
from tests.integration.events.calling import scheduled
from tests.unit.events.given import STAFF, resident


async def test_the_waiting_list_from_the_first_to_the_last_step(api: Caller) -> None:
    place = await scheduled(api, capacity=3)
    assert (await api.ok(resident(1), f"{place}/registrations", {"party": 2}))["status"] == "registered"
    waiting = await api.ok(resident(2), f"{place}/registrations", {"party": 2})
    assert (waiting["status"], waiting["position"]) == ("waitlisted", 1)
    assert (await api.ok(STAFF, f"{place}/registrations", {"person": "elder-1"}))["status"] == "registered"
    assert (await api.get(resident(2), f"{place}/registrations/me")).json()["position"] == 1
    assert (await api.get(resident(1), f"{place}/registrations/resident-2")).status_code == 404
    assert (await api.ok(resident(1), f"{place}/registrations/me/withdraw"))["status"] == "none"
    assert (await api.get(resident(2), f"{place}/registrations/me")).json()["status"] == "registered"
    gone = await api.get(resident(1), f"{place}/registrations/me")
    assert (gone.status_code, gone.json()["code"]) == (404, "activity.not-registered")
    mine = (await api.get(resident(2), "/my/activities")).json()["items"]
    assert [(item["registration"]["party"], item["volunteering"]) for item in mine] == [(2, False)]


async def test_a_repeated_registration_gets_the_first_answer(api: Caller) -> None:
    place = await scheduled(api)
    key = {"Idempotency-Key": "k-1"}
    first, second = [await api.post(resident(1), f"{place}/registrations", {"party": 1}, key) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    without = await api.post(resident(1), f"{place}/registrations", {"party": 1})
    assert (without.status_code, without.json()["code"]) == (409, "activity.already-registered")
