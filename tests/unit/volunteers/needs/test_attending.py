"""From the yes to the service: coming, being there, being awaited in vain, and changing one's part."""

from datetime import timedelta

import pytest

from services.chassis.aggregate import derived_id
from services.chassis.errors import NotYours
from services.contracts.volunteers import NeedReminded, NeedStatus, Origin, SeatRole, TakenOff
from services.volunteers.needs.domain import attending, planning, seating, serving
from services.volunteers.needs.domain.need import AlreadyStarted, Need, OfActivity
from services.volunteers.needs.domain.offers import NoSuchOffer, OfferNotNow, OfferStatus
from services.volunteers.needs.domain.roles import RoleSeats
from services.volunteers.needs.domain.seating import AskedBefore, NoOpenSeat
from services.volunteers.needs.domain.serving import Confirm, NotStarted, Report
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.making import a_need, accepted
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, person

TWO_PARTS = (RoleSeats(role=SeatRole.LEAD, skill="medical"), RoleSeats(role=SeatRole.HELPER, seats=2))


def seated(need: Need, who: str, role: SeatRole) -> Need:
    booking = seating.tentative(need, f"offer-{len(need.offers)}", NOW)
    return seating.take(need, booking, person(who), NOW, role).aggregate


def test_a_seat_goes_from_proposed_to_done() -> None:
    need = accepted(a_need(), "ann")
    need = attending.promise(need, person("ann"), NOW + DAY).aggregate
    assert need.offers[0].status is OfferStatus.CONFIRMED
    need = attending.check_in(need, "ann", STAFF, need.starts_at - HOUR).aggregate
    need = serving.report(need, Report(minutes=50), person("ann"), need.ends_at).aggregate
    decision = serving.confirm(need, Confirm(person="ann"), STAFF, need.ends_at)
    assert decision.aggregate.offers[0].status is OfferStatus.FULFILLED
    assert decision.aggregate.status is NeedStatus.FULFILLED
    assert said(decision).minutes == 50


def test_who_was_awaited_in_vain_leaves_the_roster_and_gets_no_hours() -> None:
    need = accepted(accepted(a_need(seats=2), "ann"), "bob")
    begun = need.starts_at + timedelta(minutes=20)
    with pytest.raises(NotStarted):
        attending.no_show(need, "ann", STAFF, NOW)
    with pytest.raises(NotYours):
        attending.no_show(need, "ann", person("bob"), begun)
    decision = attending.no_show(need, "ann", STAFF, begun)
    assert_folds(need, decision)
    assert said(decision).volunteers == ["bob"]
    with pytest.raises(NoSuchOffer):
        serving.confirm(decision.aggregate, Confirm(person="ann"), STAFF, need.ends_at)
    came = attending.check_in(decision.aggregate, "ann", STAFF, need.ends_at)
    assert_folds(decision.aggregate, came)
    assert came.aggregate.volunteers == ["ann", "bob"]
    nobody = attending.no_show(attending.no_show(need, "ann", STAFF, begun).aggregate, "bob", STAFF, begun)
    assert nobody.aggregate.status is NeedStatus.LAPSED


def test_who_is_checked_in_was_seen_around_the_time_and_an_activity_has_a_door_of_its_own() -> None:
    need = accepted(a_need(), "ann")
    for early_or_late in (NOW, need.starts_at - 2 * HOUR, need.ends_at + DAY):
        with pytest.raises(attending.NotTheTime):
            attending.check_in(need, "ann", STAFF, early_or_late)
    with pytest.raises(OfActivity):
        attending.check_in(accepted(a_need(origin=Origin.ACTIVITY), "ann"), "ann", STAFF, need.starts_at)
    with pytest.raises(AlreadyStarted):
        attending.promise(need, person("ann"), need.starts_at)
    with pytest.raises(OfferNotNow):
        attending.promise(seating.withdraw(need, "ann", person("ann"), NOW).aggregate, person("ann"), NOW)


def test_nobody_has_both_parts_and_a_change_of_part_frees_the_one_before_in_the_same_step() -> None:
    need = seated(a_need(seats=3, roles=TWO_PARTS), "ann", SeatRole.HELPER)
    with pytest.raises(AskedBefore):
        seating.offer(need, seating.tentative(need, "offer-9", NOW), "ann", NOW, role=SeatRole.LEAD)
    decision = attending.reseat(need, "ann", SeatRole.LEAD, STAFF, NOW)
    assert_folds(need, decision)
    after = decision.aggregate
    assert [(o.person, o.role) for o in after.offers] == [("ann", SeatRole.LEAD)]
    assert (after.open_in(SeatRole.LEAD), after.open_in(SeatRole.HELPER), after.open_seats) == (0, 2, 2)
    with pytest.raises(NoOpenSeat):
        seated(after, "bob", SeatRole.LEAD)
    with pytest.raises(NoOpenSeat):
        attending.reseat(seated(after, "bob", SeatRole.HELPER), "bob", SeatRole.LEAD, STAFF, NOW)


def test_a_part_asks_the_stricter_of_its_own_rules_and_those_of_the_need() -> None:
    need = a_need(
        min_age=18,
        skill="chat",
        insured_only=True,
        roles=(RoleSeats(role=SeatRole.LEAD, skill="medical", min_age=16, with_minors=True), TWO_PARTS[1]),
    )
    lead, helper = need.asking(SeatRole.LEAD), need.asking(SeatRole.HELPER)
    assert (lead.skill, lead.certificate, lead.min_age) == ("medical", "medical-licence", 18)
    assert (lead.with_minors, lead.insured_only, helper.with_minors) == (True, True, False)
    assert (helper.skill, helper.certificate, helper.min_age) == ("chat", None, 18)


def test_people_are_reminded_once_a_day_before_or_shortly_before_where_they_came_late() -> None:
    need = accepted(a_need(bring="理发工具，电话 13800138000"), "ann")
    assert need.reminder_due == need.starts_at - DAY
    assert attending.remind(need, need.starts_at - DAY - HOUR).events == ()
    decision = attending.remind(need, need.starts_at - DAY)
    event = said(decision)
    assert isinstance(event, NeedReminded)
    assert (event.person, event.starts_at, event.building) == ("ann", need.starts_at, need.building)
    assert "理发工具" in str(event.bring)
    assert "13800138000" not in str(event.bring)
    assert decision.aggregate.reminder_due is None
    assert attending.remind(decision.aggregate, need.starts_at - HOUR).events == ()
    late = accepted(a_need(starts_at=NOW + 5 * HOUR, ends_at=NOW + 6 * HOUR), "ann")
    assert late.reminder_due == NOW + 3 * HOUR
    assert planning.cancel(need, STAFF, NOW).aggregate.reminder_due is None


def test_the_seat_of_who_is_there_is_not_given_up_before_that_is_corrected() -> None:
    need = accepted(a_need(), "ann")
    door = need.starts_at - HOUR
    there = attending.check_in(need, "ann", STAFF, door).aggregate
    with pytest.raises(seating.CheckedIn):
        seating.withdraw(there, "ann", person("ann"), door)
    with pytest.raises(seating.CheckedIn):
        seating.take_off(there, "ann", TakenOff.OTHER, STAFF, door)
    with pytest.raises(NotYours):
        attending.not_there(there, "ann", person("ann"), door)
    corrected = attending.not_there(there, "ann", STAFF, door)
    assert_folds(there, corrected)
    assert said(corrected).not_there
    assert corrected.aggregate.offers[0].status is OfferStatus.CONFIRMED
    with pytest.raises(OfferNotNow):
        attending.not_there(corrected.aggregate, "ann", STAFF, door)
    with pytest.raises(AlreadyStarted):
        attending.not_there(there, "ann", STAFF, need.starts_at)
    left = seating.withdraw(corrected.aggregate, "ann", person("ann"), door).aggregate
    assert not attending.has_seat(left, "ann", need.starts_at)
    assert attending.has_seat(there, "ann", need.starts_at)
    assert not attending.has_seat(there, "ann", need.ends_at)


def test_a_seat_that_went_over_to_another_record_is_known_as_such() -> None:
    need = accepted(a_need(), "ann")
    (before,) = need.offers
    into = before.model_copy(update={"id": derived_id("offer", before.id, "ann-2"), "person": "ann-2"})
    other = into.model_copy(update={"id": "offer-9"})
    assert attending.was_handed_over(need.model_copy(update={"offers": (before, into)}), "ann")
    assert not attending.was_handed_over(need.model_copy(update={"offers": (before, other)}), "ann")
