"""They themselves decide about a person, and staff of where facts have shown that they belong; nobody else does."""

from dataclasses import replace
from typing import Any

import pytest

from services.chassis.principal import Principal, Role, member
from services.contracts import activities as a
from services.contracts import issues as i
from services.contracts import volunteers as v
from services.contracts.notices import PersonErased, PersonErasureRequested
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import Record, a_case, fact, registered, scheduled
from tests.unit.notify.given import DAY, HERE, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE

ELSEWHERE = "elsewhere"
SOON = NOW + 3 * DAY
PLANTED = "planted@example.org"


def said(path: str, community: str) -> list[tuple[str, str, dict[str, Any] | None]]:
    """Everything that staff can ask for about a person."""
    return [
        ("GET", path, None),
        ("PUT", f"{path}/addresses", {"community": community, "email": PLANTED}),
        ("PUT", f"{path}/preferences", {"community": community, "language": "en"}),
        ("POST", f"{path}/erasure", {"community": community}),
    ]


def elsewhere(record: Record) -> Record:
    """The same fact, of another community."""
    headers = [(name, b"elsewhere" if name == "ce_community" else value) for name, value in record.headers]
    return replace(record, headers=headers)


def supported(own: bool | None) -> Record:
    return fact(i.SupportGiven(subject="case-1", of="case", person="resident-1", own=own, by="x"), "support-1", 1)


def seated(own: bool | None) -> Record:
    event = a.ActivityRegistered(person="resident-1", party=1, starts_at=SOON, taken=1, own=own)
    return fact(event, "activity-1", 2)


def reported(channel: i.Channel) -> Record:
    first = a_case()[0]
    event = i.CaseReported.model_validate_json(first.value or b"").model_copy(update={"channel": channel})
    return fact(event, "case-1", 1)


def offered_time(own: bool | None) -> Record:
    event = v.VolunteerRegistered(
        person="resident-1", skills=[], status=v.VolunteerStatus.ACTIVE, registered_at=NOW, own=own
    )
    return fact(event, "volunteer-1", 1)


OWN = {
    "report": reported(i.Channel.RESIDENT),
    "support": supported(own=True),
    "seat": seated(own=True),
    "volunteer": offered_time(own=True),
    "before `own` was told": registered("resident-1", 2, SOON),
}
OF_STAFF = {
    "report": reported(i.Channel.STAFF),
    "support": supported(own=False),
    "seat": seated(own=False),
    "volunteer": offered_time(own=False),
}


@pytest.mark.parametrize("known", [None, "person", "facts"])
async def test_staff_of_elsewhere_meet_nobody(house: House, api: Api, known: str | None) -> None:
    """A person that notify has not met, one who set up themselves, one known by facts: one answer, and no effect."""
    if known == "person":
        await api.call(RESIDENT, "PUT", "/me/addresses", {"community": HERE, "phone": "13800138000"})
    if known == "facts":
        await house.take([scheduled(SOON), registered("resident-1", 2, SOON)])
    for method, path, body in said("/persons/resident-1", ELSEWHERE):
        theirs = await api.call(STAFF_ELSEWHERE, method, path, body)
        nobody = await api.call(STAFF_ELSEWHERE, method, path.replace("resident-1", "resident-8"), body)
        assert theirs.status_code == nobody.status_code == 404
        assert theirs.text == nobody.text.replace("resident-8", "resident-1")
    me = (await api.call(RESIDENT, "GET", "/me")).json()
    assert (me["status"], me["proposed_addresses"], me["parts"], me["language"]) == ("known", None, [], "zh")
    assert await house.db["persons"].count_documents({}) == (1 if known == "person" else 0)


@pytest.mark.parametrize("shown", OWN, ids=str)
async def test_things_that_people_did_themselves_show_where_they_belong(house: House, api: Api, shown: str) -> None:
    await house.take([OWN[shown]])
    await house.take([OWN[shown]])
    answer = await api.call(STAFF, "PUT", "/persons/resident-1/preferences", {"community": HERE, "language": "en"})
    assert (answer.status_code, answer.json()["language"]) == (201, "en")
    assert (await api.call(STAFF_ELSEWHERE, "GET", "/persons/resident-1")).status_code == 404


@pytest.mark.parametrize("shown", OF_STAFF, ids=str)
async def test_things_that_staff_did_in_their_name_show_nothing(house: House, api: Api, shown: str) -> None:
    await house.take([elsewhere(OF_STAFF[shown])])
    for method, path, body in said("/persons/resident-1", ELSEWHERE):
        assert (await api.call(STAFF_ELSEWHERE, method, path, body)).status_code == 404


async def test_a_person_sets_up_themselves_where_their_token_says(api: Api) -> None:
    wrong = await api.call(RESIDENT, "PUT", "/me/preferences", {"community": ELSEWHERE})
    assert wrong.json()["code"] == "forbidden"
    both = Principal("resident-3", frozenset({HERE, ELSEWHERE}), frozenset({(HERE, Role.STAFF)}))
    assert (await api.call(both, "PUT", "/me/preferences", {"community": ELSEWHERE})).status_code == 201
    assert (await api.call(STAFF, "GET", "/persons/resident-3")).status_code == 404
    assert (await api.call(STAFF_ELSEWHERE, "GET", "/persons/resident-3")).status_code == 200


async def test_staff_of_one_community_who_live_in_another_are_staff_of_the_one(house: House, api: Api) -> None:
    await house.take([registered("resident-1", 2, SOON)])
    mixed = Principal(
        "mixed", frozenset({HERE, ELSEWHERE}), frozenset({(HERE, Role.RESIDENT), (ELSEWHERE, Role.STAFF)})
    )
    for method, path, body in said("/persons/resident-1", HERE):
        assert (await api.call(mixed, method, path, body)).status_code in (403, 404)
        elsewhere_too = None if body is None else {**body, "community": ELSEWHERE}
        assert (await api.call(mixed, method, path, elsewhere_too)).status_code == 404


async def _requests(house: House) -> list[Record]:
    document = await house.db["persons"].find_one({"_id": "resident-1"})
    assert document is not None
    asked = [entry for entry in document["outbox"] if entry["type"] == PersonErasureRequested.type]
    return [fact(PersonErasureRequested.model_validate(e["data"]), "resident-1", e["seq"]) for e in asked]


def _answers(request: str, first: int = 1) -> list[Record]:
    about = {"person": "resident-1", "request": request}
    return [
        fact(i.PersonDataErased(**about), f"answer-{first}", 1),
        fact(v.PersonDataErased(**about), f"answer-{first + 1}", 1),
        fact(a.PersonErasedFromActivities(**about), f"answer-{first + 2}", 1),
    ]


async def test_staff_erase_the_part_of_their_community_and_the_person_all(house: House, api: Api) -> None:
    await house.know("resident-1")
    both = replace(RESIDENT, communities=frozenset({HERE, ELSEWHERE}), duties=frozenset())
    for community in (HERE, ELSEWHERE):
        mine = {"community": community, "email": "someone@example.org"}
        assert (await api.call(both, "PUT", "/me/addresses", mine)).status_code in (200, 201)
    there = [elsewhere(r) for r in (scheduled(SOON, "activity-9"), registered("resident-1", 2, SOON, "activity-9"))]
    await house.take([*a_case(), scheduled(SOON), registered("resident-1", 2, SOON), *there])

    asked = await api.call(STAFF, "POST", "/persons/resident-1/erasure", {"community": HERE})
    assert (asked.status_code, asked.json()["status"]) == (200, "known")
    [part] = asked.json()["parts"]
    assert (part["community"], part["by"], part["erased_at"]) == (HERE, "staff-1", None)
    [request] = await _requests(house)
    assert b'"only":"sunshine"' in (request.value or b"")
    await house.take([request])
    left = [document async for document in house.db["notices"].find({"state.recipient": "resident-1"})]
    assert {notice["state"]["community"] for notice in left} == {ELSEWHERE}
    assert await house.db["attendances"].distinct("community", {"person": "resident-1"}) == [ELSEWHERE]
    assert await house.db["memberships"].distinct("community", {"person": "resident-1"}) == [ELSEWHERE]

    await house.take([*_answers(part["request"]), *_answers(part["request"])])
    seen = (await api.call(STAFF, "GET", "/persons/resident-1")).json()
    assert (seen["status"], seen["parts"][0]["answers"]) == ("known", ["events", "issues", "notify", "volunteers"])
    assert seen["parts"][0]["erased_at"] is not None
    assert (await api.call(STAFF_ELSEWHERE, "GET", "/persons/resident-1")).json()["parts"] == []
    me = (await api.call(both, "GET", "/me")).json()
    assert (me["addresses"]["email"], me["status"]) == ("someone@example.org", "known")
    document = await house.db["persons"].find_one({"_id": "resident-1"})
    assert document is not None
    assert [e["data"]["only"] for e in document["outbox"] if e["type"] == PersonErased.type] == [HERE]
    again = await api.call(STAFF, "POST", "/persons/resident-1/erasure", {"community": HERE})
    assert again.json()["parts"] == seen["parts"]
    planted = {"community": HERE, "email": PLANTED}
    assert (await api.call(STAFF, "PUT", "/persons/resident-1/addresses", planted)).status_code == 404

    await api.call(both, "POST", "/me/erasure", {"community": ELSEWHERE})
    late = _answers(part["request"], 10)  # of the part: they are no answers to this
    *_, whole = await _requests(house)
    await house.take([*late, whole])
    assert (await api.call(both, "GET", "/me")).json()["answers"] == ["notify"]
    assert await house.db["notices"].count_documents({"state.recipient": "resident-1"}) == 0


async def test_somebody_known_by_facts_alone_can_be_erased_in_part(house: House, api: Api) -> None:
    await house.take([registered("resident-1", 2, SOON)])
    asked = await api.call(STAFF, "POST", "/persons/resident-1/erasure", {"community": HERE})
    assert (asked.status_code, asked.json()["status"], len(asked.json()["parts"])) == (201, "known", 1)
    me = await api.call(member("resident-1", HERE), "PUT", "/me/preferences", {"community": HERE, "language": "en"})
    assert me.status_code == 200
