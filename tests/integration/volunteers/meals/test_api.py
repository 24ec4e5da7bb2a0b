"""Meals over HTTP: an elder orders, the carrier sees the stops when it is time, and others see figures alone."""

from services.contracts.volunteers import MealCarrierChanged
from tests.integration.calling import Hand
from tests.integration.volunteers.calling import Api, admit
from tests.integration.wire import Wire
from tests.unit.volunteers.world import HERE, HOUR, STAFF, person

ELDER, CARRIER, BOB = person("elder-1"), person("carrier-1"), person("bob")


async def test_a_round_from_its_order_to_its_end(running: tuple[Api, Wire], hand: Hand) -> None:
    api, wire = running
    body = {"community": HERE, "on": "2024-01-29", "cutoff": "2024-01-29T02:00:00Z", "carrier": "carrier-1"}
    assert await api.refused(BOB, "/meal-rounds", body) == (403, "forbidden")
    assert await api.refused(STAFF, "/meal-rounds", body) == (409, "meal.carrier-not-approved")
    carrier = await admit(api, CARRIER)
    path = f"/meal-rounds/{(await api.ok(STAFF, '/meal-rounds', body))['id']}"
    mine = (await api.ok(ELDER, f"{path}/orders", {"meals": 2, "home": "301", "diet": "低盐"}))["mine"]
    assert [(stop["meals"], stop["diet"]) for stop in mine] == [(2, "低盐")]
    assert (await api.read(CARRIER, path))["to_bring"] is None
    hand.wait(2 * HOUR)
    assert await api.refused(BOB, f"{path}/orders", {}) == (409, "meal.too-late")
    assert [stop["home"] for stop in (await api.read(CARRIER, path))["to_bring"]] == ["301"]
    seen = await api.read(BOB, path)
    assert (seen["to_bring"], seen["mine"], seen["loaded"]) == (None, [], 2)
    dismissed = f"/volunteers/{carrier['id']}"
    await api.ok(STAFF, f"{dismissed}/disapprove")
    await wire.wait_for(MealCarrierChanged, carried=False)
    assert (await api.read(CARRIER, path))["to_bring"] is None
    assert await api.refused(STAFF, f"{path}/carrier", {"carrier": "carrier-1"}) == (409, "meal.carrier-not-approved")
    await api.ok(STAFF, f"{dismissed}/approve")
    await api.ok(STAFF, f"{path}/carrier", {"carrier": "carrier-1"})
    await api.ok(CARRIER, f"{path}/leave")
    await api.ok(CARRIER, f"{path}/deliver", {"stop": mine[0]["id"]})
    closed = await api.ok(CARRIER, f"{path}/close")
    assert (closed["status"], closed["delivered"], closed["returned"]) == ("closed", 2, 0)
    assert (await api.read(CARRIER, path))["to_bring"] is None
