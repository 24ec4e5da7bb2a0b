"""Hours over HTTP: staff correct them, and their owner sees that."""

import asyncio
import csv

from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.volunteers import Origin
from services.volunteers.hours.domain.ledger import Account, Service, account_id, credit, new_account
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import HERE, NOW, STAFF, STRANGER, person

ANN, BOB = person("ann"), person("bob")


async def test_hours_are_corrected_by_staff_and_seen_by_their_owner(api: Api, accounts: Aggregates[Account]) -> None:
    empty = await api.read(ANN, "/accounts/me", community=HERE)
    assert (empty["minutes"], empty["version"]) == (0, 0)
    service = Service(source=Origin.ACTIVITY, activity="activity-1", minutes=60, on=NOW.date())
    account = account_id(HERE, "ann")
    await accounts.create(account, lambda now: credit(new_account(HERE, "ann"), service, now), Cause("test"))
    entry = (await api.read(ANN, "/accounts/me", community=HERE))["entries"][0]
    body = {"entry": entry["id"], "minutes": 45, "reason": "签到有误"}
    path = f"/accounts/{account}/corrections"
    assert await api.refused(ANN, path, body) == (403, "forbidden")
    for nobody in (BOB, STRANGER):
        assert await api.refused(nobody, path, body) == (404, "not-found")
    corrected = await api.ok(STAFF, path, body)
    assert (corrected["minutes"], corrected["entries"][1]["minutes"]) == (45, -15)
    for reader, minutes, people in ((STAFF, 45, 1), (BOB, None, None), (STRANGER, None, None)):
        told = await api.read(reader, "/accounts/totals", community=HERE)
        assert told == {"community": HERE, "minutes": minutes, "people": people}, "one person's hours are theirs"
    assert (await api.get(ANN, "/accounts", community=HERE)).status_code == 403


async def test_two_payments_of_everything_at_once_are_one(api: Api, accounts: Aggregates[Account]) -> None:
    await admit(api, ANN)
    await admit(api, BOB)
    service = Service(source=Origin.DIRECT, need="need-1", minutes=60, on=NOW.date())
    account = account_id(HERE, "ann")
    await accounts.create(account, lambda now: credit(new_account(HERE, "ann"), service, now), Cause("test"))
    path, body = f"/accounts/{account}/payments", {"to": "bob", "minutes": 60}
    assert await api.refused(ANN, path, {"to": "nobody", "minutes": 1}) == (404, "not-found")
    answers = await asyncio.gather(*(api.post(ANN, path, body) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    paid = (await accounts.get(account)).aggregate
    assert paid.balance == 0
    back = {"transfer": paid.coins[-1].transfer}
    assert await api.refused(BOB, f"/accounts/{account}/reversals", back) == (404, "not-found")
    assert (await api.ok(STAFF, f"/accounts/{account}/reversals", back))["balance"] == 60
    assert await api.refused(STAFF, f"/accounts/{account}/reversals", back) == (409, "account.reversed-already")


async def test_records_are_a_sheet_for_staff(api: Api, accounts: Aggregates[Account]) -> None:
    service = Service(source=Origin.DIRECT, need="need-1", minutes=5_999 % 720, on=NOW.date())
    account = account_id(HERE, "ann")
    await accounts.create(account, lambda now: credit(new_account(HERE, "ann"), service, now), Cause("test"))
    assert (await api.get(ANN, "/accounts/records.csv", community=HERE)).status_code == 403
    answer = await api.get(STAFF, "/accounts/records.csv", community=HERE)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert rows[1][1:7] == ["ann", "direct", "need-1", "2024-01-29", "239", "3.98"]
