"""Requests for help, over HTTP: who sees what, and the door that whoever goes there is told."""

from typing import Any, cast

from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.contracts.volunteers import HelpRequestStatus
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.opening import open_for_request
from services.volunteers.requests.domain import HelpRequest
from services.volunteers.requests.store import HELP_REQUEST
from tests.integration.calling import Hand
from tests.integration.volunteers.calling import Api, admit
from tests.integration.volunteers.stored import CAUSE
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person

OLD, ANN = person("old"), person("ann")
WISH: dict[str, Any] = {
    "community": HERE,
    "category": "chores",
    "starts_at": (NOW + DAY).isoformat(),
    "ends_at": (NOW + DAY + HOUR).isoformat(),
    "building": "b1",
    "home": "1-201",
    "words": "换灯泡",
}


async def granted(api: Api, needs: Aggregates[Need]) -> str:
    """A request that was granted, and the need that the service opens for it; the need's id."""
    asked = await api.ok(OLD, "/help-requests", WISH)
    assert (asked["status"], asked["can"], asked["work"]["zh"]) == ("asked", ["withdraw"], "帮做家务")
    answer = await api.ok(STAFF, f"/help-requests/{asked['id']}/grant", {"urgency": 2})
    assert (answer["status"], answer["can"]) == ("granted", ["withdraw"])
    requests: Aggregates[HelpRequest] = Aggregates(HELP_REQUEST, cast(Database, needs.collection.database), lambda: NOW)
    request = (await requests.get(asked["id"])).aggregate
    assert request.status is HelpRequestStatus.GRANTED
    await needs.create(answer["need"], lambda now: open_for_request(request, now), CAUSE)
    return str(answer["need"])


async def test_whoever_goes_there_is_told_the_door_in_time_and_who_is_helped_sees_who_comes(
    api: Api, needs: Aggregates[Need], hand: Hand
) -> None:
    await admit(api, ANN, called="安娜")
    await admit(api, OLD)
    need = await granted(api, needs)
    assert await api.refused(OLD, f"/needs/{need}/take") == (409, "volunteer.not-eligible")
    assert (await api.read(ANN, "/needs", community=HERE, for_me=True))["items"][0]["id"] == need
    assert (await api.read(OLD, "/needs", community=HERE, for_me=True))["items"] == []
    taken = await api.ok(ANN, f"/needs/{need}/take")
    assert (taken["can"], taken["request"] is None, taken["where"]) == (["promise", "withdraw"], False, None)
    hand.now = NOW + DAY - HOUR
    where = (await api.read(ANN, f"/needs/{need}"))["where"]
    assert (where["home"], where["note"], where["elder"]) == ("1-201", "换灯泡", "old")
    assert (await api.read(person("bob"), f"/needs/{need}"))["where"] is None
    assert (await api.read(person("bob"), f"/needs/{need}"))["request"] is None
    visits = (await api.read(OLD, "/visits/me", community=HERE))["items"]
    assert [(visit["need"], visit["helpers"]) for visit in visits] == [(need, ["安娜"])]
    readings = (await api.read(STAFF, "/readings", community=HERE))["items"]
    assert [(each["person"], each["need"], each["care_plan"]) for each in readings] == [("ann", need, None)]
    for_staff = await api.read(STAFF, f"/needs/{need}")
    assert for_staff["called"] == {"ann": "安娜"}


async def test_requests_are_seen_by_who_asked_and_by_staff(api: Api) -> None:
    mine = (await api.ok(OLD, "/help-requests", WISH))["id"]
    other = (await api.ok(ANN, "/help-requests", WISH))["id"]

    async def listed(by: Any, **query: Any) -> set[str]:
        return {each["id"] for each in (await api.read(by, "/help-requests", community=HERE, **query))["items"]}

    assert await listed(OLD) == {mine}
    assert await listed(STAFF) == {mine, other}
    assert await listed(STAFF, mine=True) == set()
    refused = await api.ok(STAFF, f"/help-requests/{mine}/refuse", {"reason": "请拨打物业电话"})
    assert refused["status"] == "refused"
    assert (await api.read(OLD, f"/help-requests/{mine}"))["refused_because"] == "请拨打物业电话"
    assert await listed(STAFF, status="asked") == {other}
    assert (await api.get(ANN, f"/help-requests/{mine}")).status_code == 404
