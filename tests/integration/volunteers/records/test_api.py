"""Records and certificates over HTTP: from hours on record to a certificate that everybody can check."""

import asyncio
import csv
import io
from typing import Any

import pikepdf

from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.volunteers import Origin
from services.volunteers.hours.domain.ledger import Account, Service, account_id, credit, new_account
from tests.integration.calling import Hand
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import DAY, HERE, NOW, STAFF, STRANGER, person

ANN, BOB = person("ann"), person("bob")
ISSUER = {"name": "都市阳光社区居民委员会", "head": "王主任", "handler": "小李", "contact": "021-55550000"}
WHO = {"name": "安小娜", "document": "passport", "document_number": "E12345678"}


async def _served(api: Api, accounts: Aggregates[Account], who: str) -> None:
    await admit(api, person(who))
    service = Service(source=Origin.DIRECT, need=f"need-{who}", minutes=95, on=NOW.date(), category="chores")
    first = new_account(HERE, who)
    await accounts.create(account_id(HERE, who), lambda now: credit(first, service, now), Cause("test"))
    body = {"community": HERE, "person": who, "identity": WHO}
    await api.ok(STAFF, "/records/identify", body)


async def test_a_certificate_is_posted_issued_checked_and_revoked(
    api: Api, accounts: Aggregates[Account], hand: Hand
) -> None:
    await _served(api, accounts, "ann")
    training = {"community": HERE, "person": "ann", "part": "training", "title": "急救培训", "on": "2024-01-20"}
    record = await api.ok(STAFF, "/records/enter", training)
    assert (record["trainings"], record["minutes"], record["hours"]) == (1, 95, "1.58")
    assert (await api.get(BOB, f"/records/{record['id']}")).status_code == 404
    assert (await api.read(ANN, "/records/me", community=HERE))["identity"]["name"] == "安小娜"
    rare = {"community": HERE, "person": "ann", "identity": {**WHO, "name": "𠮷小娜"}}
    answer = await api.post(STAFF, "/records/identify", rare)
    assert (answer.status_code, answer.json()["params"]) == (422, {"characters": "𠮷 (U+20BB7)"})

    asked = await api.ok(ANN, "/certificates", {"community": HERE, "purpose": "升学"})
    path = f"/certificates/{asked['id']}"
    assert await api.refused(STAFF, f"{path}/issue", {"issuer": ISSUER}) == (409, "certificate.still-posted")
    assert (await api.get(ANN, f"{path}/pdf")).status_code == 404
    hand.now = NOW + 7 * DAY
    assert await api.refused(ANN, f"{path}/issue", {"issuer": ISSUER}) == (403, "forbidden")
    drawn = {**ISSUER, "head": "𠮷主任"}
    assert await api.refused(STAFF, f"{path}/issue", {"issuer": drawn}) == (422, "certificate.characters-missing")
    key = {"Idempotency-Key": "issue-1"}
    first, again = [await api.post(STAFF, f"{path}/issue", {"issuer": ISSUER}, key) for _ in range(2)]
    assert (first.status_code, again.content) == (200, first.content)
    issued = first.json()
    assert (issued["number"], issued["status"], issued["minutes"]) == ("ZYFW-2024-000001", "issued", 95)

    pdf = await api.get(ANN, f"{path}/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(pdf.content)) as read:
        assert len(read.pages) == 2
    for nobody in (BOB, STRANGER):
        assert (await api.get(nobody, f"{path}/pdf")).status_code == 404
    page = await api.get(None, f"/certificates/check/{issued['code'].lower()}")
    assert (page.status_code, "安＊＊" in page.text, "安小娜" in page.text) == (200, True, False)
    assert (await api.get(None, "/certificates/check/AAAAAAAAAAAAAAAA")).status_code == 404
    await api.ok(STAFF, f"{path}/revoke", {"reason": "记录有误"})
    assert (await api.get(None, f"/certificates/checked/{issued['code']}")).json()["status"] == "revoked"
    register = await api.get(STAFF, "/certificates/register.csv", community=HERE)
    rows = list(csv.reader(register.content.decode("utf-8-sig").splitlines()))
    assert [row[:4] for row in rows[1:]] == [["ZYFW-2024-000001", "ann", "95", "1.58"]]
    assert rows[1][5] == "revoked"


async def test_numbers_of_certificates_issued_at_once_follow_each_other(
    api: Api, accounts: Aggregates[Account], hand: Hand
) -> None:
    people = [f"person-{n}" for n in range(4)]
    ids = []
    for who in people:
        await _served(api, accounts, who)
        ids.append((await api.ok(person(who), "/certificates", {"community": HERE}))["id"])
    hand.now = NOW + 8 * DAY
    issued = await asyncio.gather(*(api.ok(STAFF, f"/certificates/{id}/issue", {"issuer": ISSUER}) for id in ids))
    assert sorted(each["number"][-6:] for each in issued) == ["000001", "000002", "000003", "000004"]
    mine: dict[str, Any] = await api.read(person(people[0]), "/certificates", community=HERE)
    assert [each["person"] for each in mine["items"]] == [people[0]]


async def test_the_five_parts_are_sheets_for_staff(api: Api, accounts: Aggregates[Account]) -> None:
    await _served(api, accounts, "ann")
    praise = {"community": HERE, "person": "ann", "part": "commendation", "title": "=月度之星", "on": "2024-01-20"}
    await api.ok(STAFF, "/records/enter", praise)

    async def rows(part: str) -> list[list[str]]:
        answer = await api.get(STAFF, "/records/export.csv", community=HERE, part=part)
        return list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))[1:]

    basic = await rows("basic")
    assert (basic[0][:2], basic[0][5], basic[0][-2:]) == (["ann", "安小娜"], "E12345678", ["1.58", "0"])
    assert await rows("service") == [["ann", "安小娜", "2024-01-29", "direct", "95", "1.58"]]
    assert [row[2] for row in await rows("commendation")] == ["'=月度之星"]
    assert await rows("training") == []
    assert (await api.get(ANN, "/records/export.csv", community=HERE, part="basic")).status_code == 403
