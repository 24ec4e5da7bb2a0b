"""Guessing the code at the venue: every wrong try has one answer, and tries are few, over all replicas together."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Principal
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates
from services.events.activities.domain.activity import Activity
from services.events.app import service
from services.events.attendance.domain.attendance import CODE_TIME
from services.events.attendance.domain.codes import code_shown, is_right
from services.events.settings import EventsSettings
from tests.integration import standing
from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import an_activity
from tests.unit.events.given import END, HOUR, MINUTE, STAFF, START, resident


@pytest.fixture
async def other(settings: EventsSettings, hand: Hand) -> AsyncIterator[Caller]:
    """Another replica."""
    async with standing.opened(service, settings, hand) as opened:
        transport = standing.gateway(service, settings, standing.routers(opened.rooms))
        async with Caller(transport, DevelopmentIssuer(settings), "events") as caller:
            yield caller


async def scheduled(api: Caller, *people: Principal, **changes: Any) -> str:
    made = await api.ok(STAFF, "/activities", an_activity(capacity=50, **changes))
    for who in people:
        await api.ok(who, f"/activities/{made['id']}/registrations", {})
    return f"/activities/{made['id']}"


async def code_of(api: Caller, place: str) -> str:
    code: str = (await api.get(STAFF, f"{place}/roster")).json()["check_in_code"]
    return code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def tried(api: Caller, by: Principal, place: str, code: str, what: str = "check-ins") -> tuple[int, str, str]:
    answer = await api.post(by, f"{place}/{what}", {"code": code})
    body = answer.json()
    return answer.status_code, body.get("code", ""), body.get("detail", "")


async def test_wrong_early_and_late_have_one_answer(api: Caller, activities: Aggregates[Activity], hand: Hand) -> None:
    people = [resident(n) for n in range(5)]
    place = await scheduled(api, *people)
    activity = (await activities.get(place.removeprefix("/activities/"))).aggregate
    right = code_shown(activity, START, CODE_TIME)
    assert right is not None
    answers = set()
    for who, at, code in (
        (people[0], START, wrong(right)),
        (people[1], START - HOUR - MINUTE, right),
        (people[2], START - 30 * HOUR, right),
        (people[3], END, right),
        (people[4], END + 2 * HOUR, right),
    ):
        hand.now = at
        answers.add(await tried(api, who, place, code))
    assert {(status, code) for status, code, _ in answers} == {(403, "activity.wrong-code")}
    assert len(answers) == 1
    hand.now = START
    assert (await tried(api, people[0], place, right))[0] == 200


async def test_there_is_a_code_around_the_time_alone_and_another_once_it_has_moved(
    api: Caller, activities: Aggregates[Activity], hand: Hand
) -> None:
    place = await scheduled(api)
    shown = []
    for at in (START - HOUR - MINUTE, START - HOUR, END + HOUR - MINUTE, END + HOUR):
        hand.now = at
        shown.append((await api.get(STAFF, f"{place}/roster")).json()["check_in_code"])
    assert shown == [None, shown[1], shown[1], None]
    hand.now = START - HOUR
    await api.ok(STAFF, f"{place}/move", {"starts_at": (START + MINUTE).isoformat()})
    activity = (await activities.get(place.removeprefix("/activities/"))).aggregate
    assert not is_right(activity, shown[1], START, CODE_TIME)
    assert shown[1] not in str(await activities.collection.find_one({"_id": activity.id}))


async def test_whoever_has_no_place_there_learns_nothing_by_trying(
    api: Caller, activities: Aggregates[Activity], hand: Hand
) -> None:
    coming = resident(1)
    place = await scheduled(api, coming)
    hand.now = START
    right = await code_of(api, place)
    for code in (right, wrong(right)):
        assert await tried(api, resident(2), place, code) == await tried(api, resident(2), place, wrong(code))
        at = await api.post(coming, f"{place}/check-ins", {"code": code, "at": START.isoformat()})
        assert at.status_code == 403
        assert at.json()["code"] == "forbidden"
        assert (await tried(api, coming, place, code, "check-outs"))[1] == "activity.not-checked-in"
    assert await activities.collection.database["check_in_tries"].count_documents({}) == 0


async def test_tries_run_out_over_all_replicas_right_codes_or_wrong(api: Caller, other: Caller, hand: Hand) -> None:
    ann, bob = resident(1), resident(2)
    place = await scheduled(api, ann, bob)
    hand.now = START
    right = await code_of(api, place)
    answers = await asyncio.gather(
        *((api, other)[n % 2].post(ann, f"{place}/check-ins", {"code": wrong(right)}) for n in range(40))
    )
    assert sorted(answer.status_code for answer in answers) == [403] * 5 + [429] * 35
    for replica in (api, other):
        assert (await tried(replica, ann, place, right))[:2] == (429, "activity.too-many-tries")
    assert (await tried(other, bob, place, right))[0] == 200
    assert (await api.ok(STAFF, f"{place}/check-ins", {"person": ann.sub}))["person"] == ann.sub
    assert (await tried(api, ann, place, right, "check-outs"))[0] == 429
    hand.wait(timedelta(minutes=30))
    assert (await tried(api, ann, place, right, "check-outs"))[0] == 200


async def test_many_people_together_have_few_tries_too(api: Caller, other: Caller, hand: Hand) -> None:
    people = [resident(n) for n in range(25)]
    place = await scheduled(api, *people)
    hand.now = START
    right = await code_of(api, place)
    answers = await asyncio.gather(
        *(
            (api, other)[n % 2].post(who, f"{place}/check-ins", {"code": wrong(right)})
            for who in people
            for n in range(5)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [403] * 100 + [429] * 25


async def test_right_codes_use_nothing_up_and_a_repeated_request_gets_its_first_answer(api: Caller, hand: Hand) -> None:
    people = [resident(n) for n in range(20)]
    place = await scheduled(api, *people)
    hand.now = START
    right = await code_of(api, place)
    key = {"Idempotency-Key": "here-i-am"}
    for who in people:
        first, again = [await api.post(who, f"{place}/check-ins", {"code": right}, key) for _ in range(2)]
        assert (first.status_code, again.status_code) == (200, 200)
        assert first.content == again.content
    found = await asyncio.gather(
        *(tried(api, who, place, wrong(right), "check-outs") for who in people for _ in range(5))
    )
    assert {status for status, *_ in found} == {403}


async def test_nobody_stands_by_name_in_what_is_counted(
    api: Caller, runtime: Runtime[EventsSettings], hand: Hand
) -> None:
    place = await scheduled(api, resident(1))
    hand.now = START
    await tried(api, resident(1), place, "000000")
    kept = await runtime.database["check_in_tries"].find().to_list(10)
    assert len(kept) == 2
    assert "resident-1" not in str(kept)
    assert place.removeprefix("/activities/") not in str(kept)
