"""Volunteers over HTTP: who may see and change what."""

import asyncio
from functools import partial
from typing import Any

from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.volunteers import (
    AccountCorrected,
    NeedReopened,
    Origin,
    TakenOff,
    TeamMemberLeft,
)
from services.volunteers.hours.domain.ledger import Account, Service, account_id, credit, new_account
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from tests.integration.calling import Hand
from tests.integration.volunteers.bodies import a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.integration.wire import Wire
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, ORGANISER, STAFF, STRANGER, person
from tests.waiting import eventually

ANN, BOB = person("ann"), person("bob")


async def test_a_volunteer_sees_their_profile_staff_do_too_and_nobody_else(api: Api) -> None:
    mine = await admit(api, ANN, building="building-16", weekly_minutes=120)
    assert mine["id"] == volunteer_id(HERE, "ann")
    path = f"/volunteers/{mine['id']}"
    for by in (ANN, STAFF):
        assert (await api.read(by, path))["profile"]["building"] == "building-16"
    assert (await api.read(BOB, path))["profile"] is None
    assert (await api.get(STRANGER, path)).status_code == 404
    assert (await api.get(None, path)).status_code == 401
    assert (await api.get(BOB, "/volunteers", community=HERE)).status_code == 403
    assert await api.refused(ANN, "/volunteers", {"community": HERE}) == (409, "already-exists")


async def test_a_profile_is_changed_by_its_owner_and_certificates_by_staff(api: Api) -> None:
    path = f"/volunteers/{(await admit(api, ANN))['id']}"
    changed = (await api.patch(ANN, path, {"skills": ["haircut"], "availability": []})).json()
    assert (changed["skills"], changed["profile"]["claimed_skills"]) == ([], ["haircut"])
    assert changed["profile"]["availability"] == []
    licence = {"certificates": [{"code": "medical-licence", "valid_until": "2030-01-01", "proof": None}]}
    assert (await api.patch(ANN, path, licence)).status_code == 403
    assert (await api.patch(BOB, path, {"skills": []})).status_code == 403
    assert (await api.patch(STAFF, path, licence)).json()["profile"]["certificates"] == licence["certificates"]
    assert (await api.patch(ANN, path, {"nonsense": 1})).status_code == 422
    assert (await api.ok(ANN, f"{path}/pause"))["status"] == "paused"
    assert await api.refused(BOB, f"{path}/resume") == (403, "forbidden")
    child = await api.ok(STAFF, f"{path}/verify", {"born": "2015-01-01"})
    assert (child["approved"], "approve" in child["can"]) == (False, False)
    assert await api.refused(STAFF, f"{path}/approve") == (409, "volunteer.too-young")


async def test_a_minor_serves_as_long_as_their_guardian_consents(running: tuple[Api, Wire]) -> None:
    api, wire = running
    parent = person("parent")
    path = f"/volunteers/{(await admit(api, ANN))['id']}"
    need = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    born = {"born": NOW.date().replace(year=NOW.year - 16).isoformat()}
    minor = await api.ok(STAFF, f"{path}/verify", born)
    assert (minor["approved"], "approve" in minor["can"]) == (False, False)
    assert await api.refused(STAFF, f"{path}/approve") == (409, "volunteer.no-guardian-consent")
    assert await api.refused(parent, f"{path}/consent", {"text": "v1"}) == (403, "forbidden")
    await api.ok(STAFF, f"{path}/consent", {"text": "v1", "guardian": "parent"})
    await api.ok(STAFF, f"{path}/approve")
    await api.ok(ANN, f"/needs/{need}/take")
    assert (await api.read(BOB, path))["guardian"] is None
    (ward,) = (await api.read(parent, "/volunteers/wards", community=HERE))["items"]
    assert (ward["guardian"]["text"], ward["profile"], ward["can"]) == ("v1", None, ["consent", "withdraw-consent"])
    assert not (await api.ok(parent, f"{path}/withdraw-consent"))["approved"]
    await wire.wait_for(NeedReopened, person="ann")
    assert (await api.read(STAFF, f"/needs/{need}"))["volunteers"] == []


async def test_two_records_of_one_person_become_one_seat_one_total_and_one_member(
    running: tuple[Api, Wire], accounts: Aggregates[Account]
) -> None:
    api, wire = running
    one, two = person("ann"), person("ann-2")
    kept, other = await admit(api, one, weekly_minutes=300), await admit(api, two, daily_minutes=120)
    team = (await api.ok(ORGANISER, "/teams", {"community": HERE, "title": "合唱团", "kind": "hobby"}))["id"]
    need = (await api.ok(STAFF, "/needs", a_direct_need(seats=2)))["id"]
    for who in (one, two):
        await api.ok(who, f"/teams/{team}/join")
        await api.ok(who, f"/needs/{need}/take")
    hours: dict[str, Any] = {"source": Origin.DIRECT, "minutes": 30, "on": NOW.date()}
    for sub, served in (("ann", "need-1"), ("ann-2", "need-2")):
        entered = partial(credit, new_account(HERE, sub), Service(need=served, **hours))
        await accounts.create(account_id(HERE, sub), entered, Cause("test"))
    assert await api.refused(one, f"/volunteers/{kept['id']}/merge", {"person": "ann-2"}) == (403, "forbidden")
    merged = await api.ok(STAFF, f"/volunteers/{kept['id']}/merge", {"person": "ann-2"})
    assert (merged["profile"]["weekly_minutes"], merged["profile"]["daily_minutes"]) == (300, 120)
    await wire.wait_for(NeedReopened, person="ann-2")
    await wire.wait_for(TeamMemberLeft, person="ann-2")
    assert (await api.read(STAFF, f"/needs/{need}"))["volunteers"] == ["ann"]
    assert (await api.read(STAFF, f"/teams/{team}"))["people"] == ["ann", "organiser-1"]
    ended = await api.read(STAFF, f"/volunteers/{other['id']}")
    assert (ended["approved"], ended["profile"]["merged_into"]) == (False, "ann")
    await wire.wait_for(AccountCorrected, added=-30)
    assert (await api.read(one, "/accounts/me", community=HERE))["minutes"] == 60
    assert (await api.read(two, "/accounts/me", community=HERE))["minutes"] == 0


async def test_who_leaves_for_good_gives_seats_back_keeps_their_hours_and_is_in_no_team(
    running: tuple[Api, Wire],
) -> None:
    api, wire = running
    mine = await admit(api, ANN)
    body = {"community": HERE, "title": "合唱团", "kind": "hobby"}
    led, joined = [(await api.ok(STAFF, "/teams", body | {"leader": who}))["id"] for who in ("ann", "bob")]
    await api.ok(ANN, f"/teams/{joined}/join")
    gone = await api.ok(ANN, f"/volunteers/{mine['id']}/leave")
    await wire.wait_for_many(2, TeamMemberLeft, person="ann")
    assert [(await api.read(STAFF, f"/teams/{id}"))["people"] for id in (led, joined)] == [[], ["bob"]]
    assert (gone["approved"], gone["status"]) == (False, "paused")
    need = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    assert await api.refused(ANN, f"/needs/{need}/take") == (409, "volunteer.not-eligible")


async def test_hours_of_who_left_or_was_merged_after_a_service_are_confirmed_and_stand_where_they_go_on(
    running: tuple[Api, Wire], volunteers: Aggregates[Volunteer], hand: Hand
) -> None:
    api, _ = running
    twin, gone = person("ann-2"), person("lee")
    kept = await admit(api, ANN)
    served = {}
    for who in (twin, gone, BOB):
        mine = await admit(api, who)
        served[who.sub] = mine["id"], (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
        await api.ok(who, f"/needs/{served[who.sub][1]}/take")

    async def settled(id: str) -> bool:
        return all(booking.until is None for booking in (await volunteers.get(id)).aggregate.bookings)

    for id, _ in served.values():
        await eventually(partial(settled, id))
    hand.now = NOW + 2 * DAY + 2 * HOUR
    await api.ok(gone, f"/needs/{served['lee'][1]}/report", {"minutes": 50})
    await api.ok(gone, f"/volunteers/{served['lee'][0]}/leave")
    await api.ok(STAFF, f"/volunteers/{kept['id']}/merge", {"person": "ann-2"})
    await api.ok(STAFF, f"/volunteers/{served['bob'][0]}/disapprove")
    refused = await api.refused(STAFF, f"/needs/{served['bob'][1]}/confirm", {"person": "bob"})
    assert refused == (409, "volunteer.not-eligible")
    for sub in ("lee", "ann-2"):
        need = served[sub][1]
        (theirs,) = (each for each in (await api.read(STAFF, f"/needs/{need}"))["volunteers"])
        await api.ok(STAFF, f"/needs/{need}/confirm", {"person": theirs})
    await api.ok(STAFF, f"/volunteers/{served['bob'][0]}/approve")
    await api.ok(STAFF, f"/needs/{served['bob'][1]}/confirm", {"person": "bob"})

    async def held(who: Principal, minutes: int) -> bool:
        return bool((await api.read(who, "/accounts/me", community=HERE))["minutes"] == minutes)

    for who, minutes in ((gone, 50), (ANN, 60), (BOB, 60), (twin, 0)):
        await eventually(partial(held, who, minutes))


async def test_whom_somebody_avoids_neither_learns_nor_ends_it_also_where_they_register_later(
    running: tuple[Api, Wire],
) -> None:
    api, wire = running
    mine = f"/volunteers/{(await admit(api, ANN))['id']}"
    await admit(api, BOB)
    cem = person("cem")
    for sub in ("bob", "cem"):
        await api.ok(ANN, f"{mine}/avoid", {"person": sub})
    await admit(api, cem)
    need = (await api.ok(STAFF, "/needs", a_direct_need(seats=3)))["id"]
    await api.ok(ANN, f"/needs/{need}/take")
    for who in (BOB, cem):
        theirs = f"/volunteers/{volunteer_id(HERE, who.sub)}"
        ended = await api.ok(who, f"{theirs}/meet-again", {"person": "ann"})
        assert "ann" not in str(ended["profile"])
        assert await api.refused(who, f"/needs/{need}/take") == (409, "volunteer.not-eligible")
    await api.ok(ANN, f"{mine}/meet-again", {"person": "bob"})
    await api.ok(BOB, f"/needs/{need}/take")
    assert (await api.read(STAFF, f"/volunteers/{volunteer_id(HERE, 'cem')}"))["profile"]["avoided_by"] == ["ann"]
    await api.ok(ANN, f"{mine}/avoid", {"person": "bob"})
    given_back = await wire.wait_for(NeedReopened, person="ann", taken_off=TakenOff.AT_THEIR_WISH)
    assert given_back[1]["volunteers"] == ["bob"]
    await api.ok(STAFF, f"/volunteers/{volunteer_id(HERE, 'bob')}/disapprove")
    await wire.wait_for(NeedReopened, person="bob", taken_off=TakenOff.UNSUITABLE)


async def test_of_two_records_merged_both_ways_at_once_one_goes_on(api: Api) -> None:
    """Two of staff, each with another view of which record is the true one; twenty times, for it is a race."""
    for n in range(20):
        subs = (f"ann-{n}", f"twin-{n}")
        one, two = [(await admit(api, person(sub)))["id"] for sub in subs]
        answers = await asyncio.gather(
            api.post(STAFF, f"/volunteers/{one}/merge", {"person": subs[1]}),
            api.post(STAFF, f"/volunteers/{two}/merge", {"person": subs[0]}),
        )
        codes = sorted(answer.json().get("code", "") for answer in answers)
        assert codes[0] == "", "both were refused"
        assert codes[1] in ("volunteer.merged-the-other-way", "volunteer.has-left", "volunteer.was-merged")
        into = [(await api.read(STAFF, f"/volunteers/{id}"))["profile"]["merged_into"] for id in (one, two)]
        assert into.count(None) == 1, f"after {codes} the records go on under {into}"
