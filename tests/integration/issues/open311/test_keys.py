"""Keys are given out and taken back by operators, kept as digests, and used no more often than they may be."""

import asyncio

import pytest

from services.chassis.principal import Role
from services.issues.open311.keys import KEYS, USES
from tests.integration.issues.calling import OPERATOR, Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.open311.desk import KEYS as PATH
from tests.integration.issues.open311.desk import Desk, a_key
from tests.unit.issues.world import HERE, STAFF, person

THERE = person("operator-9", Role.OPERATOR, community="elsewhere")


async def test_a_key_is_told_once_kept_as_a_digest_and_opens_nothing_once_revoked(
    desk: Desk, api: Api, store: Kept
) -> None:
    body = {"community": HERE, "title": "城市热线"}
    for by in (STAFF, THERE):
        assert (await api.post(by, PATH, body)).code == "forbidden"
    assert (await api.post(OPERATOR, PATH, {**body, "per_hour": 0})).status == 422
    once = {"Idempotency-Key": "key-1"}
    made = await api.post(OPERATOR, PATH, body, headers=once)
    again = await api.post(OPERATOR, PATH, body, headers=once)
    assert (made.status, again.status, again.code) == (201, 409, "already-exists")
    listed = (await api.get(OPERATOR, PATH, community=HERE)).json["items"]
    assert {each["id"] for each in listed} >= {made.json["id"]}
    assert made.json["api_key"] not in str(listed)
    assert made.json["api_key"] not in str(await store.cases.collection.database[KEYS].find({}).to_list(10))
    assert (await api.get(THERE, PATH, community=HERE)).code == "forbidden"

    holder = Desk(api, made.json["api_key"])
    assert await holder.requested(description="一")
    path = f"{PATH}/{made.json['id']}"
    assert (await api.delete(THERE, path)).code == "not-found"
    first = await api.delete(OPERATOR, path)
    assert (first.status, (await api.delete(OPERATOR, path)).json) == (200, first.json)
    data = {"service_code": "lighting", "address_string": "1号楼"}
    assert (await holder.post("errors", data=data)).status == 403
    assert (await api.delete(OPERATOR, f"{PATH}/api-key-nothing")).status == 404

    there = (await api.made(THERE, PATH, {"community": "elsewhere", "title": "别处"}))["api_key"]
    assert (await Desk(api, there).post("errors", data={**data, "jurisdiction_id": HERE})).status == 403


@pytest.mark.parametrize("limit", ["per_hour", "per_day"])
async def test_a_key_is_used_as_often_as_it_may_be_however_many_ask_at_once(
    desk: Desk, api: Api, store: Kept, limit: str
) -> None:
    holder = Desk(api, (await a_key(api, **{limit: 5}))["api_key"])
    data = {"service_code": "lighting", "address_string": "1号楼"}
    sent = await asyncio.gather(*(holder.post("taken", data={**data, "description": str(n)}) for n in range(12)))
    assert sorted(said.status for said in sent) == [200] * 5 + [403] * 7
    refused = next(said for said in sent if said.status == 403)
    assert 0 < int(refused.headers["retry-after"]) <= (3601 if limit == "per_hour" else 86_401)
    [uses] = await store.cases.collection.database[USES].find({}).to_list(10)
    assert uses["n"] == 5
    assert (await desk.post("taken", data=data)).status == 200
