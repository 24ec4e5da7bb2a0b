"""Me too over HTTP: each person once, whoever asks at once, however often; and what that does to the case."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.issues.app import service
from services.issues.settings import IssuesSettings
from tests.integration.issues.calling import Api, a_community
from tests.integration.issues.kept import Kept
from tests.integration.issues.neighbours import a_lamp, affected, all_join, residents
from tests.integration.issues.opening import called, indexed
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, STRANGER, WALKER


@pytest.fixture
async def replica(settings: IssuesSettings, development_key: Path) -> AsyncIterator[Api]:
    """Another process's gateway on the same database."""
    async with indexed(settings) as runtime, called(service.rooms(runtime), settings) as api:
        yield api


async def test_five_hundred_at_once_are_one_case_with_five_hundred_supporters(
    api: Api, replica: Api, store: Kept
) -> None:
    _, [house, *_] = await a_community(api)
    case = (await a_lamp(api, house))["id"]
    neighbours = residents(500)
    answers = await all_join((api, replica), case, neighbours)
    assert {answer.status for answer in answers} == {200}
    assert {answer.json["id"] for answer in answers} == {case}
    assert await affected(api, case) == 501
    assert await store.supports.collection.count_documents({"state.subject": case, "state.active": True}) == 500
    assert await store.cases.collection.count_documents({}) == 1

    again = await all_join((replica, api), case, neighbours[:50])
    assert {answer.json["affected"] for answer in again} == {501}
    leaving = await asyncio.gather(*(api.delete(by, f"/cases/{case}/support") for by in neighbours[:100]))
    assert {answer.status for answer in leaving} == {200}
    assert await affected(replica, case) == 401
    document = await store.cases.collection.find_one({"_id": case})
    assert document is not None
    assert not any("neighbour-" in str(part) for part in document["state"].values())


async def test_a_report_may_say_me_too_instead_of_being_one(api: Api) -> None:
    _, [house, *_] = await a_community(api)
    case = (await a_lamp(api, house))["id"]
    body = {"community": HERE, "category": "lighting", "place": house, "text": "我家门口也黑", "me_too": case}
    joined = await asyncio.gather(*(api.post(by, "/cases", body) for by in residents(20)))
    assert {(answer.status, answer.json["id"]) for answer in joined} == {(200, case)}
    assert await affected(api, case) == 21
    listed = (await api.get(STAFF, "/cases", community=HERE)).json["items"]
    assert [each["id"] for each in listed] == [case]
    assert "我家门口" not in str((await api.get(STAFF, f"/cases/{case}")).json)


async def test_everybody_counts_once_and_may_leave(api: Api) -> None:
    _, [house, *_] = await a_community(api)
    case = (await a_lamp(api, house))["id"]
    at = f"/cases/{case}/support"
    for _ in range(3):
        assert (await api.post(NEIGHBOUR, at)).json["affected"] == 2
    own = await api.post(RESIDENT, at)
    assert (own.status, own.code) == (409, "case.your-own")
    assert (await api.get(NEIGHBOUR, at)).json == {"case": case, "reporter": False, "supported": True, "affected": 2}
    assert (await api.get(RESIDENT, at)).json["reporter"] is True
    assert (await api.post(STRANGER, at)).status == 404
    assert (await api.post(None, at)).status == 401
    assert (await api.post(NEIGHBOUR, "/cases/case-x/support")).status == 404
    for _ in range(2):
        assert (await api.delete(NEIGHBOUR, at)).json["affected"] == 1
    assert (await api.post(NEIGHBOUR, at)).json["affected"] == 2


async def test_the_staff_write_down_who_calls(api: Api) -> None:
    _, [house, *_] = await a_community(api)
    at = f"/cases/{(await a_lamp(api, house))['id']}/support"
    assert (await api.post(STAFF, at, {"person": "caller-1"})).json["affected"] == 2
    assert (await api.post(NEIGHBOUR, at, {"person": "caller-2"})).status == 403
    assert (await api.post(STAFF, at, {"person": RESIDENT.sub})).code == "case.your-own"


async def test_an_anonymous_reporter_is_not_counted_twice(api: Api) -> None:
    _, [house, *_] = await a_community(api)
    case = (await a_lamp(api, house, anonymous=True))["id"]
    assert (await api.post(RESIDENT, f"/cases/{case}/support")).code == "case.your-own"


async def test_a_key_repeated_after_leaving_does_not_join_again(api: Api) -> None:
    _, [house, *_] = await a_community(api)
    case = (await a_lamp(api, house))["id"]
    key = {"Idempotency-Key": "once"}
    assert (await api.post(NEIGHBOUR, f"/cases/{case}/support", None, key)).json["affected"] == 2
    await api.delete(NEIGHBOUR, f"/cases/{case}/support")
    assert (await api.post(NEIGHBOUR, f"/cases/{case}/support", None, key)).json["affected"] == 1
    assert (await api.post(NEIGHBOUR, f"/cases/{case}/support", None, {"Idempotency-Key": "2"})).json["affected"] == 2


async def test_many_supporters_make_a_case_more_urgent_and_the_journal_says_so(api: Api, store: Kept) -> None:
    _, [house, *_] = await a_community(api)
    reported = await a_lamp(api, house)
    case, people = reported["id"], residents(4)
    assert reported["priority"] == "high"
    await all_join([api], case, people)
    assert (await api.get(RESIDENT, f"/cases/{case}")).json["priority"] == "urgent"
    await api.delete(people[0], f"/cases/{case}/support")
    shown = (await api.get(RESIDENT, f"/cases/{case}")).json
    assert (shown["affected"], shown["priority"]) == (4, "urgent")
    document = await store.cases.collection.find_one({"_id": case})
    assert document is not None
    told = [entry["type"].split(".")[4] for entry in document["outbox"]]
    assert told.count("raised") == 1
    assert "affected" in told


async def test_nobody_joins_a_case_that_is_over(api: Api) -> None:
    _, [house, *_] = await a_community(api)
    case = (await a_lamp(api, house))["id"]
    assert (await api.post(STAFF, f"/cases/{case}/reject", {"reason": "已停电检修"})).status == 200
    assert (await api.post(WALKER, f"/cases/{case}/support")).code == "case.nobody-joins"
