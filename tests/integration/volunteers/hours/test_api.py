"""Hours over HTTP: staff correct them, and their owner sees that."""

from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.volunteers import Origin
from services.volunteers.hours.domain import Account, Service, account_id, credit, new_account
from tests.integration.volunteers.calling import Api
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
    assert (await api.read(BOB, "/accounts/totals", community=HERE))["minutes"] == 45
    assert (await api.get(ANN, "/accounts", community=HERE)).status_code == 403
