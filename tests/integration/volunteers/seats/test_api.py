"""Seats over HTTP: people sign up side by side and again, staff ask, offers are answered, and hours confirmed."""

import asyncio

from services.chassis.store.aggregates import Aggregates
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from tests.integration.calling import Hand
from tests.integration.volunteers.bodies import a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import DAY, HERE, HOUR, STAFF, STRANGER, person

ANN, BOB = person("ann"), person("bob")


async def test_of_many_who_sign_up_as_many_get_a_seat_as_there_are(
    api: Api, needs: Aggregates[Need], volunteers: Aggregates[Volunteer]
) -> None:
    people = [person(f"person-{n}") for n in range(8)]
    for who in people:
        await admit(api, who)
    need = (await api.ok(STAFF, "/needs", a_direct_need(seats=2)))["id"]
    answers = await asyncio.gather(*(api.post(who, f"/needs/{need}/take") for who in people))
    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [409] * 6
    stored = (await needs.get(need)).aggregate
    assert (len(stored.volunteers), stored.status.value) == (2, "staffed")
    booked = [who.sub for who in people if await bookings(volunteers, who.sub)]
    assert sorted(booked) == sorted(stored.volunteers)


async def bookings(volunteers: Aggregates[Volunteer], who: str) -> list[str]:
    volunteer = (await volunteers.get(volunteer_id(HERE, who))).aggregate
    return [booking.need for booking in volunteer.bookings]


async def test_nobody_signs_up_for_two_things_at_once(api: Api, volunteers: Aggregates[Volunteer]) -> None:
    await admit(api, ANN)
    needs = [(await api.ok(STAFF, "/needs", a_direct_need()))["id"] for _ in range(4)]
    answers = await asyncio.gather(*(api.post(ANN, f"/needs/{need}/take") for need in needs))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["params"]) == ("volunteer.not-eligible", {"filter": "overlap"})
    assert len(await bookings(volunteers, "ann")) == 1


async def test_signing_up_twice_with_one_key_is_signing_up_once(api: Api, needs: Aggregates[Need]) -> None:
    await admit(api, ANN)
    need = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    headers = {"Idempotency-Key": "take-1"}
    answers = [await api.post(ANN, f"/needs/{need}/take", None, headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    await api.ok(ANN, f"/needs/{need}/withdraw")
    again = await api.post(ANN, f"/needs/{need}/take", None, headers)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (await needs.get(need)).aggregate.volunteers == []


async def test_staff_ask_whom_they_like_within_the_filters(api: Api, volunteers: Aggregates[Volunteer]) -> None:
    await admit(api, ANN)
    await admit(api, BOB, adult=False)
    need = (await api.ok(STAFF, "/needs", a_direct_need(adults_only=True, seats=2)))["id"]
    path = f"/needs/{need}/offers"
    assert await api.refused(ANN, path, {"person": "bob", "reason": "熟悉"}) == (403, "forbidden")
    assert await api.refused(STAFF, path, {"person": "bob", "reason": "熟悉"}) == (409, "volunteer.not-eligible")
    assert await api.refused(STAFF, path, {"person": "nobody", "reason": "熟悉"}) == (404, "not-found")
    offer = (await api.ok(STAFF, path, {"person": "ann", "reason": "熟悉"}))["offers"][0]
    assert (offer["person"], offer["status"]) == ("ann", "offered")
    assert await api.refused(STAFF, path, {"person": "ann", "reason": "熟悉"}) == (409, "need.asked-before")
    assert await bookings(volunteers, "ann") == [need]
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


async def test_hours_are_confirmed_by_staff_once_the_service_has_begun(api: Api, hand: Hand) -> None:
    await admit(api, ANN)
    need = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    await api.ok(ANN, f"/needs/{need}/take")
    assert await api.refused(ANN, f"/needs/{need}/report", {"minutes": 60}) == (409, "need.not-started")
    hand.wait(3 * DAY)
    assert await api.refused(ANN, f"/needs/{need}/confirm", {"person": "ann"}) == (403, "forbidden")
    assert await api.refused(ANN, f"/needs/{need}/withdraw") == (409, "need.already-started")
    done = await api.ok(STAFF, f"/needs/{need}/confirm", {"person": "ann"})
    assert (done["status"], done["offers"][0]["minutes"]) == ("fulfilled", 60)
