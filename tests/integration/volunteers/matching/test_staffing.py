"""Matching passes on a real store: they run side by side, die between the booking and the offer, and are mended."""

import asyncio

from services.chassis.store.aggregates import Aggregates
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.domain import attending, seating
from services.volunteers.needs.domain.eligibility import hold
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE
from services.volunteers.needs.store import communities_to_staff, familiar, seated
from services.volunteers.people.domain.volunteer import Volunteer
from tests.integration.calling import Hand
from tests.integration.volunteers.parts import staffing_of
from tests.integration.volunteers.stored import CAUSE, stored_need, stored_volunteer
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person


async def ask(needs: Aggregates[Need], need: str, who: str) -> None:
    await needs.change(
        need, lambda n, now: seating.offer(n, seating.tentative(n, f"offer-{who}", now), who, now), CAUSE
    )


async def say_yes(needs: Aggregates[Need], need: str, who: str) -> None:
    await needs.change(need, lambda n, now: seating.accept(n, person(who), now), CAUSE)


async def a_hold_without_offer(
    needs: Aggregates[Need], volunteers: Aggregates[Volunteer], need: str, volunteer: str
) -> None:
    found = (await needs.get(need)).aggregate
    made = seating.tentative(found, "offer-lost", NOW)
    await volunteers.change(volunteer, lambda v, now: hold(v, found, made, now), CAUSE)


async def live_offers(needs: Aggregates[Need], *ids: str) -> list[tuple[str, str]]:
    found = [(await needs.get(id)).aggregate for id in ids]
    return [(need.id, offer.person) for need in found for offer in need.offers if offer.status in LIVE]


async def test_passes_side_by_side_offer_each_seat_once_and_book_nobody_twice(
    needs: Aggregates[Need], volunteers: Aggregates[Volunteer], hand: Hand
) -> None:
    ids = [f"need-{n}" for n in range(4)]
    for id in ids:
        await stored_need(needs, id, seats=2)
    people = [await stored_volunteer(volunteers, f"person-{n}") for n in range(6)]
    replicas = [staffing_of(needs, volunteers, hand) for _ in range(4)]
    await asyncio.gather(*(replica.staff(HERE) for replica in replicas))
    await replicas[0].staff(HERE)  # somebody who lost a race to two of them is asked now
    offers = await live_offers(needs, *ids)
    assert len(offers) == 6
    assert len({who for _, who in offers}) == 6
    for id in people:
        assert len((await volunteers.get(id)).aggregate.bookings) == 1
    assert await replicas[0].staff(HERE) == 0


async def test_a_pass_that_dies_between_booking_and_offer_is_mended_later(
    needs: Aggregates[Need], volunteers: Aggregates[Volunteer], staffing: Staffing, hand: Hand
) -> None:
    await stored_need(needs, "need-1")
    volunteer = await stored_volunteer(volunteers, "ann")
    await a_hold_without_offer(needs, volunteers, "need-1", volunteer)
    assert await staffing.staff(HERE) == 0
    hand.wait(25 * HOUR)
    assert await staffing.staff(HERE) == 1
    assert await live_offers(needs, "need-1") == [("need-1", "ann")]


async def test_a_yes_whose_event_is_late_keeps_its_booking_past_the_expiry(
    needs: Aggregates[Need], volunteers: Aggregates[Volunteer], staffing: Staffing, hand: Hand
) -> None:
    await stored_need(needs, "need-1")
    volunteer = await stored_volunteer(volunteers, "ann")
    await staffing.staff(HERE)
    await needs.change("need-1", lambda need, now: seating.accept(need, person("ann"), now), CAUSE)
    hand.wait(25 * HOUR)
    await staffing.staff(HERE)
    bookings = (await volunteers.get(volunteer)).aggregate.bookings
    assert [(booking.need, booking.until) for booking in bookings] == [("need-1", None)]


async def test_a_visit_far_ahead_is_not_asked_for_yet(
    needs: Aggregates[Need], volunteers: Aggregates[Volunteer], staffing: Staffing, hand: Hand
) -> None:
    await stored_need(needs, "need-1", days=10)
    await needs.collection.update_one({"_id": "need-1"}, {"$set": {"state.ask_from": NOW + 3 * DAY}})
    await stored_volunteer(volunteers, "ann")
    assert await communities_to_staff(needs, hand.now) == []
    assert await staffing.staff(HERE) == 0
    hand.wait(3 * DAY)
    assert await communities_to_staff(needs, hand.now) == [HERE]
    assert await staffing.staff(HERE) == 1


async def test_people_who_visited_the_elder_before_are_known_but_not_who_did_not_come(needs: Aggregates[Need]) -> None:
    for id in ("need-1", "need-2"):
        await stored_need(needs, id, seats=3)
        await needs.collection.update_one({"_id": id}, {"$set": {"state.care_plan": "care-plan-1"}})
    for who in ("ann", "bob", "cai"):
        await ask(needs, "need-1", who)
    first = (await needs.get("need-1")).aggregate
    for who in ("ann", "cai"):
        await say_yes(needs, "need-1", who)
    await needs.change("need-1", lambda n, now: attending.no_show(n, "cai", STAFF, n.starts_at), CAUSE)
    second = (await needs.get("need-2")).aggregate
    assert await familiar(needs, {need.id: need.care_plan for need in (first, second)}) == {
        id: frozenset({"ann"}) for id in ("need-1", "need-2")
    }
    assert [len((await needs.select(seated(who))).items) for who in ("ann", "bob", "cai")] == [1, 0, 0]
