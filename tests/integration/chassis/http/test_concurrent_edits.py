"""ETag, If-Match, If-None-Match: nobody overwrites what they have not seen."""

import asyncio

import httpx
import pytest

from services.chassis.store import mongo
from tests.integration.chassis.http.shop import PATH

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
async def place(caller: httpx.AsyncClient) -> str:
    """The address of a jar at version 2."""
    place = (await caller.post(PATH, json={"sweets": 0})).headers["Location"]
    assert (await caller.post(f"{place}/sweets")).headers["ETag"] == '"2"'
    return place


@pytest.mark.parametrize("seen", ['"2"', '"1", "2"', "*", 'W/"1", "2"'])
async def test_a_caller_who_has_seen_the_current_version_may_change_it(
    caller: httpx.AsyncClient, place: str, seen: str
) -> None:
    answer = await caller.post(f"{place}/sweets", headers={"If-Match": seen})
    assert (answer.status_code, answer.headers["ETag"], answer.json()["sweets"]) == (200, '"3"', 2)


@pytest.mark.parametrize("seen", ['"1"', '"3"', '"1", "3"', 'W/"2"', '"abc"'])
async def test_a_caller_who_has_seen_another_version_is_told_the_current_one(
    caller: httpx.AsyncClient, place: str, seen: str
) -> None:
    answer = await caller.post(f"{place}/sweets", headers={"If-Match": seen})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale-version")
    assert (answer.headers["ETag"], answer.json()["params"]) == ('"2"', {"version": 2})
    assert (await caller.get(place)).json()["sweets"] == 1


async def test_a_header_that_cannot_be_read_is_not_taken_for_any(caller: httpx.AsyncClient, place: str) -> None:
    answer = await caller.post(f"{place}/sweets", headers={"If-Match": "2"})
    assert (answer.status_code, answer.json()["code"]) == (400, "if-match.malformed")


async def test_of_many_who_saw_the_same_version_one_wins(caller: httpx.AsyncClient, place: str) -> None:
    answers = await asyncio.gather(*(caller.post(f"{place}/sweets", headers={"If-Match": '"2"'}) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    assert (await caller.get(place)).json()["sweets"] == 2


async def test_a_repeated_request_gets_its_answer_though_its_version_has_passed(
    caller: httpx.AsyncClient, place: str
) -> None:
    headers = {"If-Match": '"2"', "Idempotency-Key": "k"}
    first = await caller.post(f"{place}/sweets", headers=headers)
    again = await caller.post(f"{place}/sweets", headers=headers)
    assert (again.status_code, again.content) == (200, first.content)


async def test_a_version_that_is_known_is_not_sent_again(caller: httpx.AsyncClient, place: str) -> None:
    answer = await caller.get(place)
    assert (answer.headers["ETag"], answer.headers["Cache-Control"]) == ('"2"', "private, no-cache")
    known = await caller.get(place, headers={"If-None-Match": answer.headers["ETag"]})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", '"2"')
    await caller.post(f"{place}/sweets")
    assert (await caller.get(place, headers={"If-None-Match": '"2"'})).status_code == 200


async def test_a_jar_that_does_not_exist_is_unknown(caller: httpx.AsyncClient) -> None:
    for headers in ({}, {"If-Match": '"1", "2"'}, {"If-Match": '"1"'}, {"If-Match": "*"}):
        answer = await caller.post(f"{PATH}/jar-none/sweets", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_an_event_knows_who_asked_and_in_which_trace(caller: httpx.AsyncClient, store: mongo.Database) -> None:
    sent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    answer = await caller.post(PATH, json={"sweets": 1}, headers=sent)
    document = await store["jars"].find_one({})
    assert document is not None
    (event,) = document["outbox"]
    assert event["actor"] == "p-1"
    assert event["trace"] == answer.headers["traceparent"]
    assert event["trace"].startswith(f"00-{TRACE}-")


async def test_a_command_that_changes_nothing_tells_nobody_of_what_they_may_not_know(caller: httpx.AsyncClient) -> None:
    plain, secret = [
        (await caller.post(PATH, json={"sweets": 1, "label": label})).headers["Location"] for label in ("", "secret")
    ]
    assert (await caller.post(f"{plain}/shake")).json()["sweets"] == 1
    hidden, nothing = await caller.post(f"{secret}/shake"), await caller.post(f"{PATH}/jar-1/shake")
    assert (hidden.status_code, hidden.json()["code"]) == (nothing.status_code, nothing.json()["code"])
    assert hidden.status_code == 404
