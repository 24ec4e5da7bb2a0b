"""Persons over HTTP: what they may see and set themselves, what staff may, and what nobody else may."""

import pytest

from services.chassis.principal import Principal
from services.notify.shared.values import Way
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.records import registered
from tests.unit.notify.given import DAY, HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE

PREFERENCES = {
    "community": HERE,
    "language": "en",
    "quiet_hours": {"start": "21:00", "end": "08:00", "zone": "Asia/Shanghai"},
    "muted": {"case-dispatched": ["email", "inbox"]},
}
ADDRESSES = {"community": HERE, "email": "someone@example.org"}


async def test_somebody_new_reads_the_defaults(api: Api) -> None:
    me = (await api.call(RESIDENT, "GET", "/me")).json()
    assert me["language"] == "zh"
    assert me["quiet_hours"]["start"] == "22:00:00"
    assert me["addresses"] == {"email": None, "phone": None, "wecom": None}
    assert all(all(kind["channels"].values()) for kind in me["kinds"])


async def test_preferences_are_kept_and_mandatory_kinds_stay_on(api: Api) -> None:
    first = await api.call(RESIDENT, "PUT", "/me/preferences", PREFERENCES)
    assert first.status_code == 201
    mandatory = {**PREFERENCES, "muted": {"activity-cancelled": ["email"]}}
    refused = await api.call(RESIDENT, "PUT", "/me/preferences", mandatory)
    assert (refused.status_code, refused.json()["code"]) == (422, "preferences.mandatory-kind")
    second = await api.call(RESIDENT, "PUT", "/me/preferences", {**PREFERENCES, "language": "zh"})
    assert second.status_code == 200
    me = (await api.call(RESIDENT, "GET", "/me")).json()
    kinds = {kind["kind"]: kind["channels"] for kind in me["kinds"]}
    ways = ("inbox", "email", "sms")
    assert [kinds["case-dispatched"][way] for way in ways] == [False, False, True]
    assert set(kinds["activity-cancelled"].values()) == {True}
    assert me["language"] == "zh"
    assert not any(each["what"].startswith("activity-cancelled") for each in me["consents"])


async def test_a_kind_that_there_is_not_is_refused_unless_it_was_switched_off_while_there_was(
    house: House, api: Api
) -> None:
    wrong = {**PREFERENCES, "muted": {"case-dispached": ["email"]}}
    refused = await api.call(RESIDENT, "PUT", "/me/preferences", wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "preferences.unknown-kind")
    await house.know("resident-1", muted={"case-dispached": frozenset({Way.EMAIL})})
    assert (await api.call(RESIDENT, "PUT", "/me/preferences", wrong)).status_code == 200
    digests = {**PREFERENCES, "muted": {"digest": ["email"]}}
    assert (await api.call(RESIDENT, "PUT", "/me/preferences", digests)).status_code == 200


async def test_addresses_are_shown_to_their_person_alone(house: House, api: Api) -> None:
    await house.know("resident-1")
    put = await api.call(RESIDENT, "PUT", "/me/addresses", ADDRESSES, headers={"Idempotency-Key": "once"})
    assert "someone" not in put.text
    again = await api.call(RESIDENT, "PUT", "/me/addresses", ADDRESSES, headers={"Idempotency-Key": "once"})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (await api.call(RESIDENT, "GET", "/me")).json()["addresses"]["email"] == "someone@example.org"
    seen = await api.call(STAFF, "GET", "/persons/resident-1")
    assert seen.json()["has_email"] is True
    assert "someone@" not in seen.text
    for document in await house.db["persons"].find().to_list(None):
        assert "someone@" not in str({**document, "state": None})


@pytest.mark.parametrize("by", [NEIGHBOUR, STAFF_ELSEWHERE])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/persons/resident-1/addresses", ADDRESSES),
        ("PUT", "/persons/resident-1/preferences", PREFERENCES),
        ("POST", "/persons/resident-1/erasure", {"community": HERE}),
        ("GET", "/persons/resident-1", None),
    ],
)
async def test_nobody_else_reaches_a_person(
    house: House, api: Api, by: Principal, method: str, path: str, body: dict[str, object] | None
) -> None:
    await house.know("resident-1")
    refused = await api.call(by, method, path, body)
    assert (refused.status_code, refused.json()["code"]) == (
        (404, "not-found") if method == "GET" else (403, "forbidden")
    )
    nobody = await api.call(by, method, path.replace("resident-1", "resident-8"), body)
    assert nobody.text.replace("resident-8", "resident-1") == refused.text
    assert (await api.call(RESIDENT, "GET", "/me")).json()["addresses"]["email"] == "someone@example.org"


async def test_staff_set_an_address_on_record(house: House, api: Api) -> None:
    await house.take([registered("resident-9", 2, NOW + DAY)])
    answer = await api.call(STAFF, "PUT", "/persons/resident-9/addresses", ADDRESSES)
    assert answer.status_code == 201
    document = await house.db["persons"].find_one({"_id": "resident-9"})
    assert document is not None
    assert document["outbox"][0]["data"]["by"] == "staff-1"


@pytest.mark.parametrize(
    "body",
    [
        {"community": HERE, "email": "a@b.example\nBcc: all@example.org"},
        {"community": HERE, "email": "nobody"},
        {"community": HERE, "street": "somewhere"},
        {"email": "a@example.org"},
    ],
)
async def test_addresses_that_make_no_sense_are_refused(api: Api, body: dict[str, object]) -> None:
    assert (await api.call(RESIDENT, "PUT", "/me/addresses", body)).status_code == 422
