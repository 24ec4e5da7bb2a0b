"""Over HTTP, who is there takes a place: of the free seats, of those looked for, and of the seats that can be left."""

from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import scheduled
from tests.unit.events.given import HOME, MINUTE, STAFF, START, resident


async def test_who_is_there_takes_a_place(api: Caller, hand: Hand) -> None:
    place = await scheduled(api, capacity=3)
    await api.ok(resident(1), f"{place}/registrations", {"party": 1})
    hand.now = START - 30 * MINUTE
    walked = await api.ok(STAFF, f"{place}/walk-ins", {"label": "路过的老人", "heads": 2})
    assert (walked["free"], walked["above_capacity"], walked["warning"]) == (0, 0, None)
    assert (await api.get(None, place)).json()["free"] == 0
    listed = await api.get(None, "/activities", community=HOME, free=1)
    assert listed.json()["items"] == []
    assert (await api.ok(resident(2), f"{place}/registrations", {}))["status"] == "waitlisted"

    let_in = await api.ok(STAFF, f"{place}/walk-ins", {"person": "resident-2"})
    assert let_in["above_capacity"] == 1
    assert "1 above the capacity of 3" in let_in["warning"]
    assert (await api.get(resident(2), f"{place}/registrations/me")).json()["status"] == "registered"
    again = await api.post(STAFF, f"{place}/walk-ins", {"person": "resident-2"})
    assert (again.status_code, again.json()["code"]) == (409, "activity.already-checked-in")
    door = (await api.get(STAFF, f"{place}/door-list")).json()
    assert [(row["label"], row["present"]) for row in door["rows"]] == [
        (None, False),
        (None, True),
        ("路过的老人", True),
    ]
    assert (door["walked_in"], door["above_capacity"]) == (3, 1)

    await api.ok(STAFF, f"{place}/check-ins", {"person": "resident-1"})
    stays = await api.post(resident(1), f"{place}/registrations/me/withdraw")
    assert (stays.status_code, stays.json()["code"]) == (409, "activity.already-there")
    roster = await api.ok(STAFF, f"{place}/presences/strike", {"person": "resident-1"})
    assert "resident-1" not in [each["person"] for each in roster["presences"]]
    await api.ok(resident(1), f"{place}/registrations/me/withdraw")
    await api.ok(STAFF, f"{place}/presences/strike", {"person": walked["person"]})
    assert (await api.get(None, place)).json()["free"] == 2
    assert len((await api.get(None, "/activities", community=HOME, free=2)).json()["items"]) == 1

    guest = await api.ok(STAFF, f"{place}/registrations", {"person": "resident-7", "guest_reason": "讲课老师的家属"})
    assert guest["guest"] is True
    assert (await api.get(None, place)).json()["free"] == 1
    assert (await api.get(None, "/activities", community=HOME, free=2)).json()["items"] == []
    await api.ok(STAFF, f"{place}/check-ins", {"person": "resident-7"})
    await api.ok(STAFF, f"{place}/check-outs", {"person": "resident-7"})
    assert len((await api.get(None, "/activities", community=HOME, free=2)).json()["items"]) == 1
