"""The same request sent twice: one effect, one answer, byte for byte."""

import asyncio
from pathlib import Path

import httpx
import pytest

from services.chassis.store import mongo
from services.chassis.store.secret import COLLECTION
from tests.integration.chassis.http.shop import PATH, Shop

KEY = {"Idempotency-Key": "order-1"}


async def jars(store: mongo.Database) -> int:
    return await store["jars"].count_documents({})


async def test_a_repeated_creation_finds_the_first(caller: httpx.AsyncClient, store: mongo.Database) -> None:
    first = await caller.post(PATH, json={"sweets": 3, "label": "a"}, headers=KEY)
    again = await caller.post(PATH, content=b' {"label" : "a",\n "sweets": 3}',
                              headers={**KEY, "Content-Type": "application/json"})  # fmt: skip
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    for name in ("ETag", "Location", "Content-Type"):
        assert first.headers[name] == again.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await jars(store) == 1


async def test_the_first_answer_is_given_even_when_the_thing_has_changed(caller: httpx.AsyncClient) -> None:
    first = await caller.post(PATH, json={"sweets": 3}, headers=KEY)
    await caller.post(first.headers["Location"] + "/sweets")
    again = await caller.post(PATH, json={"sweets": 3}, headers=KEY)
    assert again.content == first.content
    assert (again.headers["ETag"], again.json()["sweets"]) == ('"1"', 3)


async def test_many_copies_at_once_through_two_replicas_have_one_effect(store: mongo.Database, tmp_path: Path) -> None:
    callers = [Shop(store, tmp_path).caller() for _ in range(2)]
    answers = await asyncio.gather(
        *(caller.post(PATH, json={"sweets": 3}, headers=KEY) for caller in callers for _ in range(15))
    )
    assert {answer.content for answer in answers} == {answers[0].content}
    assert {answer.status_code for answer in answers} == {201}
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert await jars(store) == 1


async def test_many_copies_of_a_change_at_once_have_one_effect(caller: httpx.AsyncClient) -> None:
    place = (await caller.post(PATH, json={"sweets": 0})).headers["Location"]
    answers = await asyncio.gather(*(caller.post(f"{place}/sweets", headers=KEY) for _ in range(20)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert (await caller.get(place)).json()["sweets"] == 1


async def test_changes_with_keys_of_their_own_all_count(caller: httpx.AsyncClient) -> None:
    place = (await caller.post(PATH, json={"sweets": 0})).headers["Location"]
    await asyncio.gather(*(caller.post(f"{place}/sweets", headers={"Idempotency-Key": f"k{n}"}) for n in range(8)))
    assert (await caller.get(place)).json()["sweets"] == 8


@pytest.mark.parametrize("body", [{"sweets": 4}, {"sweets": 3, "label": "b"}])
async def test_a_key_used_for_something_else_is_refused(
    caller: httpx.AsyncClient, store: mongo.Database, body: dict[str, object]
) -> None:
    await caller.post(PATH, json={"sweets": 3}, headers=KEY)
    answer = await caller.post(PATH, json=body, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert await jars(store) == 1


async def test_another_query_is_another_request(caller: httpx.AsyncClient) -> None:
    await caller.post(PATH, json={"sweets": 3}, headers=KEY)
    answer = await caller.post(PATH + "?community=other", json={"sweets": 3}, headers=KEY)
    assert answer.json()["code"] == "idempotency-key-reused"


async def test_a_key_belongs_to_its_caller(shop: Shop, store: mongo.Database) -> None:
    mine = await shop.caller("p-1").post(PATH, json={"sweets": 3}, headers=KEY)
    theirs = await shop.caller("p-2").post(PATH, json={"sweets": 5}, headers=KEY)
    assert (mine.json()["sweets"], theirs.json()["sweets"]) == (3, 5)
    assert await jars(store) == 2


async def test_a_key_belongs_to_its_address(caller: httpx.AsyncClient) -> None:
    first = (await caller.post(PATH, json={"sweets": 0})).headers["Location"]
    second = (await caller.post(PATH, json={"sweets": 0})).headers["Location"]
    for place in (first, second):
        answer = await caller.post(f"{place}/sweets", headers=KEY)
        assert (answer.status_code, answer.json()["sweets"]) == (200, 1)


async def test_a_refused_request_may_be_sent_again_with_its_key(caller: httpx.AsyncClient) -> None:
    place = (await caller.post(PATH, json={"sweets": 10})).headers["Location"]
    for _ in range(2):
        answer = await caller.post(f"{place}/sweets", headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (409, "jar.full")


async def test_without_a_key_each_request_counts(caller: httpx.AsyncClient, store: mongo.Database) -> None:
    for _ in range(2):
        assert (await caller.post(PATH, json={"sweets": 3})).status_code == 201
    assert await jars(store) == 2


async def test_an_upload_is_the_same_whatever_its_boundary(caller: httpx.AsyncClient, store: mongo.Database) -> None:
    def form(content: bytes = b"x" * 13) -> dict[str, tuple[str, bytes]]:
        return {"photo": ("a.jpg", content)}

    first = await caller.post(f"{PATH}/by-photo", files=form(), data={"label": "a"}, headers=KEY)
    again = await caller.post(f"{PATH}/by-photo", files=form(), data={"label": "a"}, headers=KEY)
    assert first.request.headers["content-type"] != again.request.headers["content-type"]
    assert (first.json()["sweets"], again.content) == (3, first.content)
    other = await caller.post(f"{PATH}/by-photo", files=form(b"x" * 14), data={"label": "a"}, headers=KEY)
    assert other.json()["code"] == "idempotency-key-reused"
    assert await jars(store) == 1


async def test_a_thing_with_an_id_by_nature_is_created_once(caller: httpx.AsyncClient, shop: Shop) -> None:
    first = await caller.put(f"{PATH}/jar-1", json={"sweets": 3}, headers=KEY)
    again = await caller.put(f"{PATH}/jar-1", json={"sweets": 3}, headers=KEY)
    assert (first.status_code, again.content) == (201, first.content)
    taken = await shop.caller("p-2").put(f"{PATH}/jar-1", json={"sweets": 3}, headers=KEY)
    assert (taken.status_code, taken.json()["code"]) == (409, "already-exists")


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
async def test_a_malformed_key_is_refused_and_not_ignored(
    caller: httpx.AsyncClient, store: mongo.Database, key: str
) -> None:
    headers = [(b"idempotency-key", key.encode("latin-1"))]
    answer = await caller.post(PATH, json={"sweets": 3}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key.malformed")
    assert await jars(store) == 0


async def test_a_stored_receipt_tells_neither_key_nor_caller(caller: httpx.AsyncClient, store: mongo.Database) -> None:
    await caller.post(PATH, json={"sweets": 3}, headers={"Idempotency-Key": "phone-13800138000"})
    document = await store["jars"].find_one({})
    assert document is not None
    assert "13800138000" not in str(document)
    assert "p-1" not in str(document["receipts"])


async def test_whose_request_made_a_thing_can_not_be_tried(store: mongo.Database, tmp_path: Path) -> None:
    """Whoever guesses caller, address and key finds neither the id nor what is kept of the request."""
    made = []
    for _ in range(2):
        answer = await Shop(store, tmp_path).caller("p-1").post(PATH, json={"sweets": 3}, headers=KEY)
        document = await store["jars"].find_one_and_delete({"_id": answer.json()["id"]})
        assert document is not None
        [receipt] = document["receipts"]
        made += [document["_id"], receipt["k"], receipt["f"]]
        await store[COLLECTION].delete_many({})  # all that another deployment doesn't share
    assert len(set(made)) == len(made)


async def test_outcomes_are_counted(caller: httpx.AsyncClient, shop: Shop) -> None:
    place = (await caller.post(PATH, json={"sweets": 9}, headers=KEY)).headers["Location"]
    await caller.post(PATH, json={"sweets": 9}, headers=KEY)
    await caller.post(f"{place}/sweets")
    await caller.post(f"{place}/sweets")
    page = shop.metrics.page().decode()
    for outcome, count in (("committed", 2), ("replayed", 1), ("jar.full", 1)):
        assert f'community_commands_total{{kind="jar",outcome="{outcome}"}} {count}.0' in page
