"""Matching passes on a real store: side by side, interrupted between the booking and the offer, and mended."""

import asyncio

from services.chassis.store.aggregates import Cause
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.domain import seating
from services.volunteers.needs.domain.eligibility import hold
from services.volunteers.needs.domain.needs import OpenNeed, open_need
from services.volunteers.needs.domain.offers import LIVE
from services.volunteers.people.domain.volunteers import Register, approve, register, volunteer_id
from services.volunteers.store import Store
from tests.integration.calling import Hand
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person

CAUSE = Cause("test")


async def a_need(store: Store, id: str, *, seats: int = 1, days: int = 2) -> None:
    begin = NOW + days * DAY
    command = OpenNeed(community=HERE, category="chores", starts_at=begin, ends_at=begin + HOUR, seats=seats)
    await store.needs.create(id, lambda now: open_need(id, command, STAFF, now), CAUSE)


async def a_volunteer(store: Store, who: str) -> str:
    id = volunteer_id(HERE, who)
    await store.volunteers.create(id, lambda now: register(Register(community=HERE), person(who), now), CAUSE)
    await store.volunteers.change(id, lambda v, now: approve(v, STAFF, now), CAUSE)
    return id


async def ask(store: Store, need: str, who: str) -> None:
    await store.needs.change(
        need, lambda n, now: seating.offer(n, seating.tentative(n, f"offer-{who}", now), who, now), CAUSE
    )


async def a_hold_without_offer(store: Store, need: str, volunteer: str) -> None:
    found = (await store.needs.get(need)).aggregate
    made = seating.tentative(found, "offer-lost", store.clock())
    await store.volunteers.change(volunteer, lambda v, now: hold(v, found, made, now), CAUSE)


async def live_offers(store: Store, *needs: str) -> list[tuple[str, str]]:
    found = [(await store.needs.get(id)).aggregate for id in needs]
    return [(need.id, offer.person) for need in found for offer in need.offers if offer.status in LIVE]


async def test_passes_side_by_side_offer_each_seat_once_and_book_nobody_twice(store: Store) -> None:
    needs = [f"need-{n}" for n in range(4)]
    for id in needs:
        await a_need(store, id, seats=2)
    people = [await a_volunteer(store, f"person-{n}") for n in range(6)]
    replicas = [Staffing(store, offer_stands=DAY, every=DAY) for _ in range(4)]
    await asyncio.gather(*(replica.staff(HERE) for replica in replicas))
    await replicas[0].staff(HERE)  # who lost a race to two of them is asked now
    offers = await live_offers(store, *needs)
    assert len(offers) == 6
    assert len({who for _, who in offers}) == 6
    for id in people:
        assert len((await store.volunteers.get(id)).aggregate.bookings) == 1
    assert await replicas[0].staff(HERE) == 0


async def test_a_pass_that_dies_between_booking_and_offer_is_mended_later(
    store: Store, staffing: Staffing, hand: Hand
) -> None:
    await a_need(store, "need-1")
    volunteer = await a_volunteer(store, "ann")
    await a_hold_without_offer(store, "need-1", volunteer)
    assert await staffing.staff(HERE) == 0
    hand.wait(25 * HOUR)
    assert await staffing.staff(HERE) == 1
    assert await live_offers(store, "need-1") == [("need-1", "ann")]


async def test_a_yes_whose_event_is_late_keeps_its_booking_past_the_expiry(
    store: Store, staffing: Staffing, hand: Hand
) -> None:
    await a_need(store, "need-1")
    volunteer = await a_volunteer(store, "ann")
    await staffing.staff(HERE)
    await store.needs.change("need-1", lambda need, now: seating.accept(need, person("ann"), now), CAUSE)
    hand.wait(25 * HOUR)
    await staffing.staff(HERE)
    bookings = (await store.volunteers.get(volunteer)).aggregate.bookings
    assert [(booking.need, booking.until) for booking in bookings] == [("need-1", None)]


async def test_a_visit_far_ahead_is_not_asked_for_yet(store: Store, staffing: Staffing, hand: Hand) -> None:
    await a_need(store, "need-1", days=10)
    await store.needs.collection.update_one({"_id": "need-1"}, {"$set": {"state.ask_from": NOW + 3 * DAY}})
    await a_volunteer(store, "ann")
    assert await store.communities_to_staff() == []
    assert await staffing.staff(HERE) == 0
    hand.wait(3 * DAY)
    assert await store.communities_to_staff() == [HERE]
    assert await staffing.staff(HERE) == 1


async def test_who_visited_the_elder_before_is_known(store: Store) -> None:
    for id in ("need-1", "need-2"):
        await a_need(store, id, seats=2)
        await store.needs.collection.update_one({"_id": id}, {"$set": {"state.care_plan": "care-plan-1"}})
    await ask(store, "need-1", "ann")
    await ask(store, "need-1", "bob")
    first = (await store.needs.get("need-1")).aggregate
    await store.needs.change("need-1", lambda n, now: seating.accept(n, person("ann"), now), CAUSE)
    second = (await store.needs.get("need-2")).aggregate
    assert await store.familiar([first, second]) == {id: frozenset({"ann"}) for id in ("need-1", "need-2")}
