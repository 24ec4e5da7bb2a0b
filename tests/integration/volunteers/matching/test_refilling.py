"""A seat that is lost shortly before is given on by standing by and rings, hop by hop, on a real store."""

import asyncio
from datetime import timedelta

from services.chassis.aggregate import Decision
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.event import Event
from services.contracts.volunteers import Hop
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.domain import inviting, seating
from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.need import Decide, Need
from services.volunteers.needs.domain.offers import LIVE
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from tests.integration.calling import Hand
from tests.integration.volunteers.parts import seats_of, staffing_of
from tests.integration.volunteers.stored import CAUSE, stored_need, stored_volunteer
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, person


async def lost(needs: Aggregates[Need], staffing: Staffing, hand: Hand, before: timedelta) -> None:
    """The one seat of `need-1` is offered, taken, and given back so long before the start."""
    await stored_need(needs, "need-1")
    assert await staffing.staff(HERE) == 1
    who = (await needs.get("need-1")).aggregate.offers[0].person
    await needs.change("need-1", lambda n, now: seating.accept(n, person(who), now), CAUSE)
    hand.now = NOW + 2 * DAY - before
    await needs.change("need-1", lambda n, now: seating.withdraw(n, who, person(who), now), CAUSE)


def invited(need: Need) -> list[str]:
    return [i.person for i in need.invited if i.status is InvitationStatus.OPEN]


async def test_rings_ask_several_at_once_until_one_says_yes_and_nobody_twice(
    needs: Aggregates[Need], volunteers: Aggregates[Volunteer], staffing: Staffing, hand: Hand
) -> None:
    for n in range(12):
        await stored_volunteer(volunteers, f"person-{n}")
    await lost(needs, staffing, hand, 30 * HOUR)
    replicas = [staffing_of(needs, volunteers, hand) for _ in range(2)]
    await asyncio.gather(*(replica.staff(HERE) for replica in replicas))
    need = (await needs.get("need-1")).aggregate
    first = invited(need)
    assert need.refill is not None
    assert need.refill.hop is Hop.RING
    assert 4 <= len(first) == len(set(first)) < 11
    assert all(offer.status not in LIVE for offer in need.offers)  # a ring holds no seat and nobody's time
    asked = (await volunteers.get(volunteer_id(HERE, first[0]))).aggregate
    assert (asked.asks_since(NOW), asked.bookings) == (1, ())
    assert await staffing.staff(HERE) == 0
    assert invited((await needs.get("need-1")).aggregate) == first
    hand.wait(5 * HOUR)
    await staffing.staff(HERE)
    second = invited((await needs.get("need-1")).aggregate)
    assert second
    assert not set(first) & set(second)

    async def change(decide: Decide) -> Stored[Need]:
        return await needs.change("need-1", decide, CAUSE)

    await seats_of(needs, volunteers, hand).take("need-1", person(second[0]), CAUSE, change)
    filled = (await needs.get("need-1")).aggregate
    assert (filled.volunteers, invited(filled), filled.refill) == ([second[0]], [], None)
    assert sum(i.status is InvitationStatus.THANKED for i in filled.invited) == len(second) - 1


async def test_who_stands_by_is_asked_first_and_alone_and_the_next_when_they_say_no(
    needs: Aggregates[Need], volunteers: Aggregates[Volunteer], staffing: Staffing, hand: Hand
) -> None:
    await stored_volunteer(volunteers, "ann")
    await lost(needs, staffing, hand, 72 * HOUR)
    for who in ("bob", "cai"):
        await stored_volunteer(volunteers, who)
    await needs.change("need-1", lambda n, now: stood_by(n, ("gone", "bob", "cai")), CAUSE)
    await staffing.staff(HERE)
    need = (await needs.get("need-1")).aggregate
    assert [(o.person, o.expires_at) for o in need.offers if o.status in LIVE] == [("bob", hand.now + 4 * HOUR)]
    assert [each.person for each in need.standby] == ["cai"]
    assert need.refill is not None
    assert need.refill.hop is Hop.STANDBY
    await needs.change("need-1", lambda n, now: seating.decline(n, person("bob"), now), CAUSE)
    await staffing.staff(HERE)
    need = (await needs.get("need-1")).aggregate
    assert [o.person for o in need.offers if o.status in LIVE] == ["cai"]
    await needs.change("need-1", lambda n, now: seating.decline(n, person("cai"), now), CAUSE)
    await needs.change("need-1", inviting.plan_again, CAUSE)
    need = (await needs.get("need-1")).aggregate
    assert need.refill is not None
    assert need.refill.hop is Hop.PLAN


def stood_by(need: Need, people: tuple[str, ...]) -> Decision[Need]:
    """The need, full for a moment, with people who stand by."""
    changed = need.model_copy(update={"seats": 0})
    events: list[Event] = []
    for who in people:
        decision = inviting.stand_by(changed, person(who), NOW)
        changed, events = decision.aggregate, [*events, *decision.events]
    return Decision(changed.model_copy(update={"seats": 1}), tuple(events))


async def test_where_nobody_is_left_or_little_time_is_the_grid_worker_is_told(
    needs: Aggregates[Need], volunteers: Aggregates[Volunteer], staffing: Staffing, hand: Hand
) -> None:
    await stored_volunteer(volunteers, "ann")
    await lost(needs, staffing, hand, 3 * HOUR)
    await stored_volunteer(volunteers, "bob")
    await staffing.staff(HERE)
    need = (await needs.get("need-1")).aggregate
    assert need.refill is not None
    assert (need.refill.hop, invited(need)) == (Hop.GRID_WORKER, ["bob"])
