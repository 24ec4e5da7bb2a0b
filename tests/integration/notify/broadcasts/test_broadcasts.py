"""A broadcast reaches everybody once, whatever dies on the way, and staff see, hold and stop it."""

import asyncio
from typing import Any

from services.notify.broadcasts.sending import Broadcasting
from services.notify.broadcasts.store import BROADCAST
from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.unit.notify.given import HERE, NIGHT, RESIDENT, STAFF, STAFF_ELSEWHERE

PEOPLE = [f"resident-{n}" for n in range(1, 24)]
BODY = {"community": HERE, "title": "停水通知", "text": "周六上午停水。", "text_en": "No water on Saturday morning."}


async def settle(house: House) -> None:
    """Twenty-three people belong to the community; one of them has an address."""
    await house.db["memberships"].insert_many(
        [{"_id": f"m-{person}", "person": person, "community": HERE} for person in PEOPLE]
    )
    await house.know("resident-1")


def sender(house: House, batch: int = 5) -> Broadcasting:
    found = standing.sweep(house.rooms, "broadcasts")
    assert isinstance(found, Broadcasting)
    return Broadcasting(found.broadcasts, found.telling, found.people, found.knowledge, batch)


async def begun(api: Api, **more: Any) -> str:
    made = await api.call(STAFF, "POST", "/broadcasts", {**BODY, **more})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_everybody_is_told_once_over_deaths_and_two_senders(house: House, api: Api) -> None:
    await settle(house)
    id = await begun(api)

    sending = sender(house)
    before = await house.aggregates(BROADCAST).get(id)
    await sending._batch(before.aggregate, house.clock)  # a process that told a batch and died before the mark moved
    await house.db["notice_broadcasts"].update_one({"_id": id}, {"$set": {"state.after": "", "state.reached": 0}})
    await asyncio.gather(*(sender(house).once(house.clock) for _ in range(2)))
    told = await house.told(kind="broadcast", channel="inbox")
    assert [each[0] for each in told] == sorted(PEOPLE)
    assert {each[3] for each in told} == {"delivered"}
    seen = (await api.call(STAFF, "GET", f"/broadcasts/{id}")).json()
    assert (seen["status"], seen["reached"], seen["total"]) == ("done", 23, 23)
    assert await sender(house).once(house.clock) == 0
    (item,) = (await api.call(RESIDENT, "GET", "/me/notices", language="en")).json()["items"]
    assert item["subject"] == "停水通知"


async def test_it_is_held_where_it_is_and_what_waits_is_given_up_when_it_stops(house: House, api: Api) -> None:
    await settle(house)
    house.now = NIGHT
    id = await begun(api)
    sending = sender(house)
    for _ in range(2):
        await sending._batch((await house.aggregates(BROADCAST).get(id)).aggregate, house.clock)
    held = (await api.call(STAFF, "POST", f"/broadcasts/{id}/pause")).json()
    assert (held["status"], held["reached"], held["total"]) == ("paused", 10, 23)
    assert await sending.once(house.clock) == 0
    assert (await api.call(STAFF, "POST", f"/broadcasts/{id}/stop")).json()["status"] == "stopped"
    assert ("resident-1", "broadcast", "email", "suppressed", "superseded") in await house.told()
    assert (await api.call(STAFF, "POST", f"/broadcasts/{id}/resume")).status_code == 409
    why = await api.call(STAFF, "GET", "/why", community=HERE, cause=id, outcome="not-told")
    assert [each["recipient"] for each in why.json()["items"] if each["channel"] == "email"] != []


async def test_an_emergency_makes_a_noise_at_night_and_others_have_no_say(house: House, api: Api) -> None:
    await settle(house)
    house.now = NIGHT
    await begun(api, sort="emergency")
    await sender(house).once(house.clock)
    (mail,) = await house.db["notices"].find({"state.channel": "email", "state.recipient": "resident-1"}).to_list(None)
    assert (mail["state"]["status"], mail["state"]["not_before"]) == ("queued", NIGHT)
    for by in (RESIDENT, STAFF_ELSEWHERE):
        assert (await api.call(by, "POST", "/broadcasts", BODY)).status_code == 403
        assert (await api.call(by, "GET", f"/broadcasts/{(await begun(api))}")).status_code == 404
