"""The people who may answer an offer, and when; and every refusal that the machine only steps over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import NeedAccepted, NeedStaffed, NeedStatus, TakenOff
from services.volunteers.needs.domain import seating
from services.volunteers.needs.domain.need import AlreadyStarted
from services.volunteers.needs.domain.offers import NoSuchOffer
from services.volunteers.needs.domain.seating import AskedBefore, NeedHasMoved, OfferExpired
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.making import a_need, accepted, offered
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, STRANGER, person


def test_the_last_yes_says_staffed_with_everybody_in_order() -> None:
    need = accepted(a_need(seats=2), "bob")
    decision = seating.accept(offered(need, "ann"), person("ann"), NOW + HOUR)
    assert [type(event) for event in decision.events] == [NeedAccepted, NeedStaffed]
    assert said(decision, 1).volunteers == ["bob", "ann"]
    assert decision.aggregate.status is NeedStatus.STAFFED
    assert_folds(offered(need, "ann"), decision)


def test_a_yes_said_twice_is_said_once() -> None:
    need = accepted(a_need(), "ann")
    assert seating.accept(need, person("ann"), NOW + HOUR).events == ()


def test_only_the_person_asked_answers() -> None:
    need = offered(a_need(), "ann")
    for answer in (seating.accept, seating.decline):
        with pytest.raises(NoSuchOffer):
            answer(need, person("bob"), NOW)
        with pytest.raises(NotYours):
            answer(need, STRANGER, NOW)


def test_a_neighbour_cannot_give_back_somebody_elses_seat_but_staff_can() -> None:
    need = accepted(a_need(), "ann")
    with pytest.raises(NotYours):
        seating.withdraw(need, "ann", person("bob"), NOW)
    decision = seating.withdraw(need, "ann", STAFF, NOW)
    assert decision.aggregate.status is NeedStatus.OPEN
    assert said(decision).person == "ann"
    assert_folds(need, decision)


def test_a_yes_at_the_moment_of_expiry_is_too_late() -> None:
    need = offered(a_need(), "ann")
    expires = need.offers[0].expires_at
    with pytest.raises(OfferExpired):
        seating.accept(need, person("ann"), expires)
    assert seating.accept(need, person("ann"), expires - HOUR / 3600).events


def test_an_offer_never_outlasts_the_start() -> None:
    need = a_need(starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    assert offered(need, "ann").offers[0].expires_at == NOW + HOUR


@pytest.mark.parametrize("late", [2 * DAY, 3 * DAY])
def test_seats_are_neither_given_nor_taken_back_once_the_service_has_begun(late: Any) -> None:
    now = NOW + late
    commands: list[Callable[[], object]] = [
        lambda: seating.offer(a_need(), seating.tentative(a_need(), "offer-1", NOW), "ann", now),
        lambda: seating.accept(offered(a_need(), "ann"), person("ann"), now),
        lambda: seating.withdraw(accepted(a_need(), "ann"), "ann", person("ann"), now),
    ]
    for command in commands:
        with pytest.raises(AlreadyStarted):
            command()


def test_a_seat_is_only_offered_for_the_time_that_was_booked() -> None:
    booked_for = a_need()
    moved = a_need(starts_at=NOW + 3 * DAY, ends_at=NOW + 3 * DAY + HOUR)
    with pytest.raises(NeedHasMoved):
        seating.offer(moved, seating.tentative(booked_for, "offer-1", NOW), "ann", NOW)


def test_a_person_who_said_no_is_not_asked_again_but_may_change_their_mind() -> None:
    need = seating.decline(offered(a_need(), "ann"), person("ann"), NOW).aggregate
    booking = seating.tentative(need, "offer-2", NOW)
    with pytest.raises(AskedBefore):
        seating.offer(need, booking, "ann", NOW)
    assert seating.take(need, booking, person("ann"), NOW).aggregate.volunteers == ["ann"]


def test_signing_up_where_an_offer_stands_accepts_it() -> None:
    need = offered(a_need(), "ann")
    decision = seating.take(need, None, person("ann"), NOW)
    assert decision.aggregate.volunteers == ["ann"]
    assert len(decision.aggregate.offers) == 1


def test_an_erased_helper_gives_the_seat_back_under_a_name_that_leads_nowhere() -> None:
    need = accepted(a_need(), "ann")
    decision = seating.forget(need, "ann", "erased-1", NOW)
    assert "ann" not in decision.aggregate.model_dump_json()
    assert all("ann" not in event.model_dump_json() for event in decision.events)
    assert decision.aggregate.open_seats == 1
    assert_folds(need, decision)


def test_no_offer_is_made_of_a_hold_that_has_run_out_or_has_made_one() -> None:
    need = a_need(seats=2)
    hold = seating.tentative(need, "offer-1", NOW, HOUR)
    just = NOW + HOUR - timedelta(seconds=1)
    assert seating.offer(need, hold, "ann", just).events
    assert seating.take(need, hold, person("ann"), just).events
    with pytest.raises(OfferExpired):
        seating.offer(need, hold, "ann", NOW + HOUR)
    with pytest.raises(OfferExpired):
        seating.take(need, hold, person("ann"), NOW + HOUR)
    declined = seating.decline(seating.offer(need, hold, "ann", NOW).aggregate, person("ann"), NOW).aggregate
    with pytest.raises(AskedBefore):
        seating.take(declined, hold, person("ann"), NOW)
    assert seating.take(declined, seating.tentative(need, "offer-2", NOW), person("ann"), NOW).events


@pytest.mark.parametrize("answered", [False, True], ids=["on-hold", "accepted"])
def test_whoever_is_taken_off_frees_the_seat_at_once_and_stands_in_no_roster(answered: bool) -> None:
    need = (accepted if answered else offered)(offered(a_need(seats=2), "bob"), "ann")
    decision = seating.take_off(need, "ann", TakenOff.UNSUITABLE, STAFF, NOW)
    assert_folds(need, decision)
    after = decision.aggregate
    assert (after.open_seats, after.volunteers) == (1, [])
    assert said(decision).taken_off is TakenOff.UNSUITABLE
    assert seating.take_off(after, "ann", TakenOff.UNSUITABLE, STAFF, NOW).events == ()
    with pytest.raises(AskedBefore):
        seating.take(after, seating.tentative(after, "offer-9", NOW), person("ann"), NOW)
    with pytest.raises(NotYours):
        seating.take_off(need, "bob", TakenOff.OTHER, person("ann"), NOW)


def test_nobody_has_two_seats_in_one_need_whoever_gives_the_second() -> None:
    need = accepted(a_need(seats=2), "ann")
    with pytest.raises(AskedBefore):
        seating.offer(need, seating.tentative(need, "offer-2", NOW), "ann", NOW, reason="领队", by="staff-1")
    assert seating.take(need, seating.tentative(need, "offer-3", NOW), person("ann"), NOW).events == ()
