"""Check-in and check-out over HTTP, and the way of the minutes to the need, on a service that runs."""

import asyncio
from typing import Any

from services.chassis.principal import Role
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates
from services.contracts.volunteers import (
    NeedAccepted,
    NeedCheckedIn,
    NeedReported,
    PresenceHandedOver,
    PresenceLeft,
)
from services.volunteers.attendance.domain.presence import Presence
from services.volunteers.attendance.store import PRESENCE
from services.volunteers.attendance.sweeps import forgotten
from services.volunteers.settings import VolunteersSettings
from tests.integration.calling import Hand
from tests.integration.volunteers.bodies import a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.integration.wire import Wire
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, STRANGER, person
from tests.waiting import eventually

ANN, BOB = person("ann"), person("bob")
GRID = person("grid-1", Role.GRID_WORKER)


async def _seated(api: Api, **more: Any) -> str:
    """A need two days from now in which Ann has a seat."""
    await admit(api, ANN)
    need = (await api.ok(STAFF, "/needs", a_direct_need(**more)))["id"]
    await api.ok(ANN, f"/needs/{need}/take")
    return str(need)


async def test_codes_are_shown_to_others_and_tried_a_few_times_only(api: Api, hand: Hand) -> None:
    need = await _seated(api)
    path = f"/needs/{need}/code"
    assert (await api.get(STAFF, path)).json()["code"] == "presence.not-at-this-time"
    hand.now = NOW + 2 * DAY
    for by, status in ((ANN, 403), (BOB, 403), (STRANGER, 404), (GRID, 200), (STAFF, 200)):
        assert (await api.get(by, path)).status_code == status, by.sub
    shown = await api.read(GRID, path)
    picture = await api.get(GRID, f"{path}.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in picture.content
    check_in = f"/needs/{need}/check-in"
    assert await api.refused(BOB, check_in, {"code": shown["digits"]}) == (409, "offer.not-yours")
    assert await api.refused(ANN, check_in, {}) == (403, "forbidden")
    assert await api.refused(BOB, check_in, {"person": "ann"}) == (403, "forbidden")
    hand.now += HOUR / 12
    assert await api.refused(ANN, check_in, {"code": shown["digits"]}) == (403, "need.wrong-code")
    later = await api.read(GRID, path)
    assert later["digits"] != shown["digits"]
    there = await api.ok(ANN, check_in, {"code": later["text"]})
    assert (there["arrival"], there["person"], there["minutes"]) == ("code", "ann", None)
    again = await api.post(ANN, check_in, {"code": "000000"})
    assert (again.status_code, again.json()["id"]) == (200, there["id"])
    out = f"/needs/{need}/check-out"
    tried = await asyncio.gather(*(api.refused(ANN, out, {"code": f"x{n}"}) for n in range(8)))
    assert sorted({code for _, code in tried}) == ["need.too-many-tries", "need.wrong-code"]
    assert sum(code == "need.wrong-code" for _, code in tried) <= 5
    assert await api.refused(ANN, out, {"code": later["digits"]}) == (429, "need.too-many-tries")
    hand.now += HOUR / 2
    gone = await api.ok(GRID, out, {"person": "ann"})
    assert (gone["departure"], gone["departure_seen_by"], gone["minutes"]) == ("seen", "grid-1", 30)
    assert [each["id"] for each in (await api.read(ANN, "/presences", community="sunshine"))["items"]] == [gone["id"]]
    assert (await api.read(BOB, "/presences", community="sunshine"))["items"] == []
    assert (await api.get(BOB, f"/presences/{gone['id']}")).status_code == 404


async def test_filters_are_asked_at_the_check_in(api: Api, hand: Hand) -> None:
    need = await _seated(api)
    ann = (await api.read(ANN, "/volunteers/me", community="sunshine"))["id"]
    await api.ok(STAFF, f"/volunteers/{ann}/disapprove")
    hand.now = NOW + 2 * DAY
    refused = await api.refused(GRID, f"/needs/{need}/check-in", {"person": "ann"})
    assert refused == (409, "volunteer.not-eligible")


async def test_a_forgotten_check_out_is_capped_and_flagged(
    api: Api, hand: Hand, runtime: Runtime[VolunteersSettings]
) -> None:
    need = await _seated(api)
    hand.now = NOW + 2 * DAY + HOUR / 4
    await api.ok(GRID, f"/needs/{need}/check-in", {"person": "ann"})
    presences: Aggregates[Presence] = runtime.aggregates(PRESENCE)
    hand.now = NOW + 2 * DAY + 4 * HOUR
    assert await forgotten(presences).once(hand) == 1
    flagged = (await api.read(STAFF, "/presences", community="sunshine", forgotten="true"))["items"]
    assert [(each["minutes"], each["forgotten"]) for each in flagged] == [(45, True)]


async def test_minutes_reach_the_need_and_somebody_else_confirms_them(running: tuple[Api, Wire], hand: Hand) -> None:
    api, wire = running
    need = await _seated(api)
    hand.now = NOW + 2 * DAY
    digits = (await api.read(STAFF, f"/needs/{need}/code"))["digits"]
    await api.ok(ANN, f"/needs/{need}/check-in", {"code": digits})
    assert await api.refused(STAFF, f"/needs/{need}/confirm", {"person": "ann"}) == (409, "need.not-given-yet")
    hand.now += HOUR - HOUR / 240
    digits = (await api.read(STAFF, f"/needs/{need}/code"))["digits"]
    assert (await api.ok(ANN, f"/needs/{need}/check-out", {"code": digits}))["minutes"] == 59
    await wire.wait_for(NeedReported, person="ann", minutes=59)
    confirmed = await api.ok(STAFF, f"/needs/{need}/confirm", {"person": "ann"})
    assert [offer["minutes"] for offer in confirmed["offers"]] == [59]


async def test_who_is_there_when_two_records_become_one_checks_out_under_the_one_that_goes_on(
    running: tuple[Api, Wire], hand: Hand
) -> None:
    api, wire = running
    need = await _seated(api, helped="old")
    kept = await admit(api, person("ann-2"))
    hand.now = NOW + 2 * DAY
    assert (await api.get(person("old"), f"/needs/{need}/code")).status_code == 200
    await api.ok(GRID, f"/needs/{need}/check-in", {"person": "ann"})
    await wire.wait_for(NeedCheckedIn, person="ann")
    await api.ok(STAFF, f"/volunteers/{kept['id']}/merge", {"person": "ann"})
    await wire.wait_for(PresenceHandedOver, person="ann")
    await wire.wait_for(NeedAccepted, person="ann-2")
    hand.now += HOUR / 2
    out = await api.ok(GRID, f"/needs/{need}/check-out", {"person": "ann-2"})
    assert (out["minutes"], out["person"]) == (30, "ann-2")
    reported = await wire.wait_for(NeedReported, person="ann-2")
    assert reported[1]["minutes"] == 30


async def test_nobody_is_there_without_a_seat(running: tuple[Api, Wire], hand: Hand) -> None:
    api, wire = running
    need = await _seated(api)
    hand.now = NOW + 2 * DAY - HOUR / 4

    async def checked_in() -> str:
        there = await api.ok(GRID, f"/needs/{need}/check-in", {"person": "ann"})
        await eventually(lambda: _stands(api, need, "checked-in"))
        return str(there["id"])

    presence = await checked_in()
    assert await api.refused(ANN, f"/needs/{need}/withdraw") == (409, "need.checked-in")
    taking = {"person": "ann", "reason": "other"}
    assert await api.refused(STAFF, f"/needs/{need}/take-off", taking) == (409, "need.checked-in")
    await api.ok(STAFF, f"/needs/{need}/not-there", {"person": "ann"})
    await wire.wait_for(PresenceLeft, person="ann", minutes=0)
    assert await checked_in() == presence
    await api.ok(STAFF, f"/needs/{need}/cancel")
    await wire.wait_for_many(2, PresenceLeft, person="ann", minutes=0)


async def _stands(api: Api, need: str, status: str) -> bool:
    offers = (await api.read(STAFF, f"/needs/{need}"))["offers"]
    return [offer["status"] for offer in offers] == [status]
