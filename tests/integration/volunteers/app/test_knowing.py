"""Every route of volunteers that names a thing tells nothing of another community's, nor of what is for staff."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.chassis.principal import Role
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.volunteers import Origin
from services.volunteers.hours.domain.ledger import Account, Service, account_id, credit, new_account
from tests.integration import standing
from tests.integration.calling import Hand
from tests.integration.knowing import asked_by_id, assert_unknown
from tests.integration.volunteers.bodies import PLAN, a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, ORGANISER, STAFF, STRANGER, person

BASE = "/api/volunteers/v1"
BODIES: dict[str, Any] = {
    "PATCH /volunteers/{id}": {"skills": []},
    "POST /volunteers/{id}/verify": {"adult": True},
    "POST /volunteers/{id}/consent": {"text": "v1"},
    "POST /volunteers/{id}/merge": {"person": "bob"},
    "POST /volunteers/{id}/prefer": {"person": "bob"},
    "POST /volunteers/{id}/prefer-no-more": {"person": "bob"},
    "POST /volunteers/{id}/avoid": {"person": "bob"},
    "POST /volunteers/{id}/meet-again": {"person": "bob"},
    "POST /help-requests/{id}/grant": {},
    "POST /help-requests/{id}/refuse": {"reason": "错"},
    "POST /teams/{id}/invite": {"person": "bob"},
    "POST /teams/{id}/decide": {"person": "bob", "admit": True},
    "POST /teams/{id}/call": {"recruiting": False},
    "POST /teams/{id}/rename": {"title": "新名"},
    "PATCH /teams/{id}": {"recruiting": True},
    "POST /needs/{id}/take-off": {"person": "ann", "reason": "other"},
    "POST /needs/{id}/move": {"starts_at": "2030-01-01T01:00:00Z", "ends_at": "2030-01-01T02:00:00Z"},
    "PATCH /care-plans/{id}": {"seats": 2},
    "POST /care-plans/{id}/pause": {},
    "POST /meal-rounds/{id}/orders": {},
    "POST /meal-rounds/{id}/carrier": {"carrier": None},
    "POST /meal-rounds/{id}/cancel-stop": {"stop": "stop-1"},
    "POST /meal-rounds/{id}/deliver": {"stop": "stop-1"},
    "POST /meal-rounds/{id}/miss": {"stop": "stop-1"},
    "POST /meal-rounds/{id}/reassign": {"stop": "stop-1", "meals": 1},
    "POST /needs/{id}/check-in": {"person": "ann"},
    "POST /needs/{id}/check-out": {"person": "ann"},
    "POST /needs/{id}/report": {"minutes": 5},
    "POST /needs/{id}/confirm": {"person": "ann"},
    "POST /needs/{id}/came": {"person": "ann"},
    "POST /needs/{id}/no-show": {"person": "ann"},
    "POST /needs/{id}/not-there": {"person": "ann"},
    "POST /needs/{id}/reseat": {"person": "ann", "role": "lead"},
    "POST /needs/{id}/offers": {"person": "ann", "reason": "熟悉"},
    "POST /accounts/{id}/payments": {"to": "bob", "minutes": 1},
    "POST /accounts/{id}/reversals": {"transfer": "transfer-1"},
    "POST /accounts/{id}/redemptions": {"points": 1, "what": "洗衣液"},
    "POST /accounts/{id}/redemptions/give-back": {"redemption": "redemption-1"},
    "POST /records/{id}/strike": {"entry": "entry-1", "reason": "错"},
    "POST /certificates/{id}/issue": {"issuer": {"name": "居委会", "head": "王", "handler": "李", "contact": "电话"}},
    "POST /certificates/{id}/refuse": {"reason": "错"},
    "POST /certificates/{id}/revoke": {"reason": "错"},
    "POST /accounts/{id}/corrections": {"entry": "entry-1", "minutes": 1, "reason": "错"},
}


@pytest.fixture
async def things(api: Api, accounts: Aggregates[Account], hand: Hand) -> dict[str, str]:
    """One of each kind, by the first word of its paths."""
    ann = (await admit(api, person("ann")))["id"]
    team = (await api.ok(ORGANISER, "/teams", {"community": HERE, "title": "合唱团", "kind": "hobby"}))["id"]
    need = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    plan = (await api.ok(STAFF, "/care-plans", PLAN))["id"]
    meals = {"community": HERE, "on": "2024-01-30", "cutoff": "2024-01-29T10:00:00Z"}
    of_meals = (await api.ok(STAFF, "/meal-rounds", meals))["id"]
    service = Service(source=Origin.ACTIVITY, activity="activity-1", minutes=60, on=NOW.date())
    times = {"starts_at": (NOW + DAY).isoformat(), "ends_at": (NOW + DAY + HOUR).isoformat()}
    help = (await api.ok(person("old"), "/help-requests", {"community": HERE, "category": "chores", **times}))["id"]
    account = account_id(HERE, "ann")
    await accounts.create(account, lambda now: credit(new_account(HERE, "ann"), service, now), Cause("test"))
    await api.ok(person("ann"), f"/needs/{need}/take")
    hand.now += 2 * DAY
    there = (await api.ok(STAFF, f"/needs/{need}/check-in", {"person": "ann"}))["id"]
    who = {"name": "安娜", "document": "passport", "document_number": "E12345678"}
    of_ann = {"community": HERE, "person": "ann"}
    record = (await api.ok(STAFF, "/records/identify", {**of_ann, "identity": who}))["id"]
    certificate = (await api.ok(STAFF, "/certificates", of_ann))["id"]
    return {
        "help-requests": help,
        "records": record,
        "certificates": certificate,
        "presences": there,
        "volunteers": ann,
        "teams": team,
        "needs": need,
        "care-plans": plan,
        "accounts": account,
        "meal-rounds": of_meals,
    }


async def test_a_thing_that_one_may_not_know_of_answers_as_one_that_is_not_there(
    api: Api, rooms: Sequence[Room], things: dict[str, str]
) -> None:
    routes = asked_by_id(standing.routers(rooms))
    assert len(routes) > 20
    neighbour = person("neighbour-1", *(set(Role) - {Role.STAFF}))
    for method, path in routes:
        short = path.removeprefix(BASE)
        kind = short.split("/")[1]
        body = BODIES.get(f"{method} {short}")
        private = ("care-plans", "accounts", "records", "certificates", "help-requests")
        strangers = [STRANGER, neighbour] if kind in private else [STRANGER]
        for by in strangers:
            await assert_unknown(api, by, method, path, things[kind], body, {})


async def test_lists_of_another_community_are_refused_whatever_is_in_them(api: Api, things: dict[str, str]) -> None:
    for path in (
        "/volunteers",
        "/teams",
        "/needs",
        "/care-plans",
        "/meal-rounds",
        "/accounts",
        "/offers/me",
        "/readings",
        "/presences",
        "/certificates",
        "/help-requests",
        "/records/me",
    ):
        answers = [await api.get(STRANGER, path, community=community) for community in (HERE, "nowhere")]
        assert [answer.status_code for answer in answers] == [403, 403], path
        assert answers[0].text == answers[1].text
