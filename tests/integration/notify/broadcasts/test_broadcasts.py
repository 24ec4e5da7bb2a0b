"""A broadcast reaches everybody once, whatever dies on the way, and staff see, hold and stop it."""

import asyncio
from typing import Any

import pytest

from services.chassis.principal import member
from services.notify.broadcasts.sending import Broadcasting
from services.notify.broadcasts.store import BROADCAST
from services.notify.notices.telling import Telling
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
    return Broadcasting(found.broadcasts, found.telling, found.people, found.knowledge, house.notices, batch)


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
    assert item["sort"] == "social"
    assert (seen["text"], seen["text_en"]) == (BODY["text"], BODY["text_en"])


async def test_who_stands_in_for_somebody_of_an_earlier_batch_is_told_for_themselves(house: House, api: Api) -> None:
    await settle(house)
    body = {"community": HERE, "proxy": PEOPLE[8]}
    assert (await api.call(RESIDENT, "POST", "/me/proxies", body)).status_code in (200, 201)
    daughter = member(PEOPLE[8], HERE)
    assert (await api.call(daughter, "POST", f"/me/stands-in/{RESIDENT.sub}")).json()["agreed"] is True
    await begun(api)
    await sender(house, batch=2).once(house.clock)
    told = await house.db["notices"].find({"state.channel": "inbox"}, {"state": 1}).to_list(None)
    assert sorted(each["state"]["recipient"] for each in told) == sorted(PEOPLE)
    assert {each["state"]["behalf"] for each in told} == {None}


async def test_a_broadcast_is_paused_where_it_is_and_waiting_messages_are_given_up_when_it_stops(
    house: House, api: Api
) -> None:
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
    assert await house.db["notices"].count_documents({"state.reason": "superseded", "state.why": "stopped"}) == 1
    assert (await api.call(STAFF, "POST", f"/broadcasts/{id}/resume")).status_code == 409
    why = await api.call(STAFF, "GET", "/why", community=HERE, cause=id, outcome="not-told")
    assert [each["recipient"] for each in why.json()["items"] if each["channel"] == "email"] != []


def meanwhile(monkeypatch: pytest.MonkeyPatch, api: Api, id: str, command: str) -> None:
    """Staff give the command while the first batch of the broadcast is under way, before its messages stand there."""
    tell_each, given = Telling.tell_each, list[str]()

    async def interrupted(self: Telling, *what: Any) -> None:
        if not given:
            given.append(command)
            answer = await api.call(STAFF, "POST", f"/broadcasts/{id}/{command}")
            assert answer.status_code == 200
        await tell_each(self, *what)

    monkeypatch.setattr(Telling, "tell_each", interrupted)


async def test_what_a_batch_queues_while_its_broadcast_is_stopped_is_given_up(
    house: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle(house)
    id = await begun(api)
    meanwhile(monkeypatch, api, id, "stop")
    await sender(house, batch=23).once(house.clock)
    assert [each[2:] for each in await house.told(kind="broadcast", recipient="resident-1")] == [
        ("email", "suppressed", "superseded"),
        ("inbox", "delivered", None),
    ]
    seen = (await api.call(STAFF, "GET", f"/broadcasts/{id}")).json()
    assert (seen["status"], seen["reached"]) == ("stopped", 23)


async def test_what_is_queued_by_a_batch_whose_process_died_after_the_stop_is_given_up_by_the_next(
    house: House, api: Api
) -> None:
    await settle(house)
    id = await begun(api)
    dying = sender(house, batch=23)
    before = (await house.aggregates(BROADCAST).get(id)).aggregate
    assert (await api.call(STAFF, "POST", f"/broadcasts/{id}/stop")).status_code == 200
    await dying._batch(before, house.clock)
    assert ("resident-1", "broadcast", "email", "queued", None) in await house.told()
    await sender(house).once(house.clock)
    assert ("resident-1", "broadcast", "email", "suppressed", "superseded") in await house.told()


async def test_a_broadcast_that_was_paused_half_way_goes_on_where_it_was_and_tells_everybody_once(
    house: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle(house)
    id = await begun(api)
    meanwhile(monkeypatch, api, id, "pause")
    assert await sender(house).once(house.clock) == 1
    held = (await api.call(STAFF, "GET", f"/broadcasts/{id}")).json()
    assert (held["status"], held["reached"], held["total"]) == ("paused", 5, 23)
    assert ("resident-1", "broadcast", "email", "queued", None) in await house.told()
    assert (await api.call(STAFF, "POST", f"/broadcasts/{id}/resume")).json()["status"] == "running"
    await sender(house).once(house.clock)
    told = await house.told(kind="broadcast", channel="inbox")
    assert [each[0] for each in told] == sorted(PEOPLE)
    seen = (await api.call(STAFF, "GET", f"/broadcasts/{id}")).json()
    assert (seen["status"], seen["reached"], seen["total"]) == ("done", 23, 23)


async def test_many_are_told_in_one_mould_what_each_is_told_alone_and_whoever_was_erased_is_not(
    house: House, api: Api
) -> None:
    await settle(house)
    await house._opened.runtime.gone.bury("resident-20", HERE)
    told: list[set[str]] = []
    for batch in (5, 100):  # few of one plan are made one by one, many in a mould
        id = await begun(api)
        await sender(house, batch).once(house.clock)
        made = await house.db["notices"].find({"state.cause": id}, {"by": 0}).to_list(None)
        assert "resident-20" not in {each["state"]["recipient"] for each in made}
        told.append({str({**each, "_id": ""}).replace(id, "broadcast-1") for each in made})
    assert len(told[0]) == 2 * (len(PEOPLE) - 1)
    assert told[0] == told[1]


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


async def test_a_broadcast_to_nobody_is_refused_and_a_team_of_another_community_is_nobody(
    house: House, api: Api
) -> None:
    await settle(house)
    team = {"team": "team-1", "community": "riverside", "here": {"v": True, "n": 1}}
    await house.db["team_members"].insert_one({"_id": "team-1.resident-1", "person": "resident-1", **team})
    nobody = (("team", "team-1"), ("building", "no-such-place"), ("age-band", "toddler"))
    for whom, which in nobody:
        refused = await api.call(STAFF, "POST", "/broadcasts", {**BODY, "whom": whom, "which": which})
        assert (refused.status_code, refused.json()["code"]) == (409, "broadcast.nobody")
    await house.db["team_members"].update_one({}, {"$set": {"community": HERE}})
    id = await begun(api, whom="team", which="team-1")
    await sender(house).once(house.clock)
    assert [each[0] for each in await house.told(cause=id, channel="inbox")] == ["resident-1"]
