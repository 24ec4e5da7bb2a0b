"""The gateway: who may do and see what, repeated requests, lists, sign-up by oneself and offers by staff."""

import asyncio
from typing import Any

from services.chassis.store.aggregates import Cause
from services.contracts.volunteers import Origin
from services.volunteers.hours.domain import Service, account_id, credit, new_account
from services.volunteers.matching.staffing import Staffing
from services.volunteers.people.domain.volunteers import volunteer_id
from services.volunteers.store import Store
from tests.integration.calling import Hand
from tests.integration.volunteers.calling import Api, a_direct_need, admit
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, ORGANISER, STAFF, STRANGER, person

ANN, BOB = person("ann"), person("bob")
PLAN = {
    "community": HERE,
    "elder": "elder-1",
    "kind": "visit",
    "recurrence": {"every": "week", "weekdays": [2], "at": "15:00", "since": "2024-01-29"},
}


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
    licence = {"certificates": [{"code": "medical-licence", "valid_until": "2030-01-01"}]}
    assert (await api.patch(ANN, path, licence)).status_code == 403
    assert (await api.patch(BOB, path, {"skills": []})).status_code == 403
    assert (await api.patch(STAFF, path, licence)).json()["profile"]["certificates"] == licence["certificates"]
    assert (await api.patch(ANN, path, {"nonsense": 1})).status_code == 422
    assert (await api.ok(ANN, f"{path}/pause"))["status"] == "paused"
    assert await api.refused(BOB, f"{path}/resume") == (403, "forbidden")


async def test_a_team_shows_its_members_to_who_leads_it(api: Api) -> None:
    team = await api.ok(ORGANISER, "/teams", {"community": HERE, "title": "合唱团", "kind": "hobby"})
    path = f"/teams/{team['id']}"
    joined = await api.ok(ANN, f"{path}/join")
    assert (joined["members"], joined["mine"], joined["people"]) == (2, True, None)
    assert (await api.read(ORGANISER, path))["people"] == ["ann", "organiser-1"]
    assert [t["id"] for t in (await api.read(ANN, "/teams", community=HERE, mine=True))["items"]] == [team["id"]]
    assert (await api.read(BOB, "/teams", community=HERE, mine=True))["items"] == []
    assert await api.refused(ORGANISER, f"{path}/leave") == (409, "team.leader-stays")
    assert (await api.ok(ANN, f"{path}/leave"))["members"] == 1


async def test_care_plans_are_for_staff_only(api: Api) -> None:
    assert await api.refused(ANN, "/care-plans", PLAN) == (403, "forbidden")
    plan = await api.ok(STAFF, "/care-plans", PLAN)
    assert plan["rule"] == "FREQ=WEEKLY;BYDAY=TU"
    assert (await api.get(ANN, f"/care-plans/{plan['id']}")).status_code == 404
    assert (await api.get(ANN, "/care-plans", community=HERE)).status_code == 403
    assert len((await api.read(STAFF, "/care-plans", community=HERE, elder="elder-1"))["items"]) == 1


async def test_a_request_sent_twice_promises_once(api: Api, store: Store) -> None:
    headers = {"Idempotency-Key": "plan-1"}
    answers = [await api.post(STAFF, "/care-plans", PLAN, headers) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert await store.care_plans.collection.count_documents({}) == 1


async def test_one_seat_and_many_who_want_it(api: Api, store: Store) -> None:
    people = [person(f"person-{n}") for n in range(8)]
    for who in people:
        await admit(api, who)
    need = (await api.ok(STAFF, "/needs", a_direct_need(seats=2)))["id"]
    answers = await asyncio.gather(*(api.post(who, f"/needs/{need}/take") for who in people))
    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [409] * 6
    stored = (await store.needs.get(need)).aggregate
    assert (len(stored.volunteers), stored.status.value) == (2, "staffed")
    booked = [who.sub for who in people if await bookings(store, who.sub)]
    assert sorted(booked) == sorted(stored.volunteers)


async def bookings(store: Store, who: str) -> list[str]:
    volunteer = (await store.volunteers.get(volunteer_id(HERE, who))).aggregate
    return [booking.need for booking in volunteer.bookings]


async def test_nobody_signs_up_for_two_things_at_once(api: Api, store: Store) -> None:
    await admit(api, ANN)
    needs = [(await api.ok(STAFF, "/needs", a_direct_need()))["id"] for _ in range(4)]
    answers = await asyncio.gather(*(api.post(ANN, f"/needs/{need}/take") for need in needs))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["params"]) == ("volunteer.not-eligible", {"filter": "free"})
    assert len(await bookings(store, "ann")) == 1


async def test_signing_up_twice_with_one_key_is_signing_up_once(api: Api, store: Store) -> None:
    await admit(api, ANN)
    need = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    headers = {"Idempotency-Key": "take-1"}
    answers = [await api.post(ANN, f"/needs/{need}/take", None, headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    await api.ok(ANN, f"/needs/{need}/withdraw")
    again = await api.post(ANN, f"/needs/{need}/take", None, headers)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (await store.needs.get(need)).aggregate.volunteers == []


async def test_staff_ask_whom_they_like_within_the_filters(api: Api, store: Store) -> None:
    await admit(api, ANN)
    await admit(api, BOB, adult=False)
    need = (await api.ok(STAFF, "/needs", a_direct_need(adults_only=True, seats=2)))["id"]
    path = f"/needs/{need}/offers"
    assert await api.refused(ANN, path, {"person": "bob"}) == (403, "forbidden")
    assert await api.refused(STAFF, path, {"person": "bob"}) == (409, "volunteer.not-eligible")
    assert await api.refused(STAFF, path, {"person": "nobody"}) == (404, "not-found")
    offer = (await api.ok(STAFF, path, {"person": "ann"}))["offers"][0]
    assert (offer["person"], offer["status"]) == ("ann", "offered")
    assert await api.refused(STAFF, path, {"person": "ann"}) == (409, "need.asked-before")
    assert await bookings(store, "ann") == [need]
    assert (await api.read(BOB, f"/needs/{need}"))["offers"] is None


async def test_only_the_person_asked_answers(api: Api, staffing: Staffing, hand: Hand) -> None:
    await admit(api, ANN)
    need = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    await staffing.staff(HERE)
    for answer in ("accept", "decline"):
        assert await api.refused(BOB, f"/needs/{need}/{answer}") == (409, "offer.not-yours")
        assert await api.refused(STRANGER, f"/needs/{need}/{answer}") == (404, "not-found")
    hand.wait(25 * HOUR)
    assert await api.refused(ANN, f"/needs/{need}/accept") == (409, "offer.expired")


async def test_why_not_me_is_answered_to_oneself_and_to_staff(api: Api) -> None:
    await admit(api, ANN)
    need = (await api.ok(STAFF, "/needs", a_direct_need(skill="haircut")))["id"]
    why = await api.read(ANN, f"/needs/{need}/why")
    assert why["first_failure"] == "skill"
    assert [f["name"] for f in why["filters"] if not f["holds"]] == ["skill"]
    assert (await api.read(STAFF, f"/needs/{need}/why", person="ann"))["person"] == "ann"
    assert (await api.get(BOB, f"/needs/{need}/why", person="ann")).status_code == 403
    assert (await api.get(BOB, f"/needs/{need}/why")).status_code == 404


async def test_needs_are_listed_by_their_start_page_by_page(api: Api) -> None:
    begins = [NOW + (n % 5 + 1) * DAY for n in range(11)]
    for begin in begins:
        times = {"starts_at": begin.isoformat(), "ends_at": (begin + HOUR).isoformat()}
        await api.ok(STAFF, "/needs", a_direct_need(**times))
    seen: list[Any] = []
    query: dict[str, Any] = {"community": HERE, "limit": 4, "status": "open"}
    while True:
        page = await api.read(ANN, "/needs", **query)
        seen += page["items"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert len({need["id"] for need in seen}) == 11
    assert [need["starts_at"] for need in seen] == sorted(need["starts_at"] for need in seen)


async def test_hours_are_corrected_by_staff_and_seen_by_their_owner(api: Api, store: Store) -> None:
    empty = await api.read(ANN, "/accounts/me", community=HERE)
    assert (empty["minutes"], empty["version"]) == (0, 0)
    service = Service(source=Origin.ACTIVITY, activity="activity-1", minutes=60, on=NOW.date())
    account = account_id(HERE, "ann")
    await store.accounts.create(account, lambda now: credit(new_account(HERE, "ann"), service, now), Cause("test"))
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


async def test_what_was_done_is_confirmed_by_staff_once_it_began(api: Api, hand: Hand) -> None:
    await admit(api, ANN)
    need = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    await api.ok(ANN, f"/needs/{need}/take")
    assert await api.refused(ANN, f"/needs/{need}/report", {"minutes": 60}) == (409, "need.not-started")
    hand.wait(3 * DAY)
    assert await api.refused(ANN, f"/needs/{need}/confirm", {"person": "ann"}) == (403, "forbidden")
    assert await api.refused(ANN, f"/needs/{need}/withdraw") == (409, "need.already-started")
    done = await api.ok(STAFF, f"/needs/{need}/confirm", {"person": "ann"})
    assert (done["status"], done["offers"][0]["minutes"]) == ("fulfilled", 60)
