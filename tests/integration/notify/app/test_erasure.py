"""A person who asks is erased: their addresses at once, their id from every notice; all answers are the proof."""

from services.contracts import activities as a
from services.contracts import issues as i
from services.contracts import volunteers as v
from services.contracts.notices import PersonErasureRequested
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import Record, a_case, fact, registered, scheduled
from tests.unit.notify.given import DAY, HERE, NOW, RESIDENT

SOON = NOW + 3 * DAY
PROOF = ("persons", "erased_people")
"""Who was erased, and that they were; nothing else of them."""
STORY = [*a_case(), scheduled(SOON), registered("resident-1", 2, SOON)]


async def _request(house: House) -> Record:
    """The request as it will be on the topic."""
    document = await house.db["persons"].find_one({"_id": "resident-1"})
    assert document is not None
    entry = document["outbox"][-1]
    event = PersonErasureRequested.model_validate(entry["data"])
    return fact(event, "resident-1", entry["seq"])


async def _traces(house: House) -> list[str]:
    """Collections in which the person's id or address still stands."""
    found = []
    for name in await house.db.list_collection_names():
        async for document in house.db[name].find():
            if name not in PROOF and "resident-1" in str({**document, "outbox": [], "by": ""}):
                found.append(name)
            if "someone@example.org" in str(document):
                found.append(f"{name}: address")
    return found


async def test_nothing_is_left_but_the_proof(house: House, api: Api) -> None:
    body = {"community": HERE, "email": "someone@example.org", "phone": "13800138000"}
    headers = {"Idempotency-Key": "k-1"}
    assert (await api.call(RESIDENT, "PUT", "/me/addresses", body, headers=headers)).status_code == 201
    await house.take(STORY)
    asked = await api.call(RESIDENT, "POST", "/me/erasure", {"community": HERE})
    assert asked.json()["status"] == "erasing"
    assert "someone@example.org" not in str(await house.db["persons"].find_one())

    request = await _request(house)
    await house.take([request])
    assert await _traces(house) == []
    assert {each[0] for each in await house.told()} == {"erased"}
    assert not await house.told(status="queued")
    assert (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"] == []

    about = {"person": "resident-1", "request": asked.json()["person"]}
    answers = [
        fact(i.PersonDataErased(**about), "answer-1", 1),
        fact(v.PersonDataErased(**about), "answer-2", 1),
        fact(a.PersonErasedFromActivities(**about), "answer-3", 1),
    ]
    await house.take(answers[:2])
    assert (await api.call(RESIDENT, "GET", "/me")).json()["status"] == "erasing"
    await house.take([*answers, *answers])
    me = (await api.call(RESIDENT, "GET", "/me")).json()
    assert (me["status"], me["answers"]) == ("erased", ["events", "issues", "notify", "volunteers"])


async def test_facts_that_come_later_or_again_bring_nothing_back(house: House, api: Api) -> None:
    await house.take(STORY)
    await api.call(RESIDENT, "POST", "/me/erasure", {"community": HERE})
    request = await _request(house)
    await house.take([request])
    await house.take([*a_case("case-2"), *STORY, request])
    assert await _traces(house) == []
    assert await house.told(about="case-2") == []


async def test_somebody_unknown_can_be_erased_too(house: House, api: Api) -> None:
    answer = await api.call(RESIDENT, "POST", "/me/erasure", {"community": HERE})
    assert (answer.status_code, answer.json()["status"]) == (201, "erasing")
    again = await api.call(RESIDENT, "POST", "/me/erasure", {"community": HERE})
    assert again.json()["requested_at"] == answer.json()["requested_at"]
    refused = await api.call(RESIDENT, "PUT", "/me/addresses", {"community": HERE, "email": "a@example.org"})
    assert refused.json()["code"] == "person.erased"
