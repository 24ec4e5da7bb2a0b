"""Two records of one person: their seats are one person's, each need has them once, and no filter is passed by."""

from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.aggregate import derived_id, event_from
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers
from services.contracts.volunteers import NeedAccepted, NeedReopened, NeedStatus, TakenOff
from services.volunteers.needs.domain import inviting
from services.volunteers.needs.domain.attending import holder
from services.volunteers.needs.domain.eligibility import SAFETY, first_failure
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE, OfferStatus
from services.volunteers.needs.domain.seating import (
    AskedBefore,
    dismiss,
    follow_merger,
    hand_over,
    take,
    take_off,
    tentative,
)
from services.volunteers.needs.domain.serving import note
from services.volunteers.needs.store import NEED
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import VOLUNTEER
from services.volunteers.seats.reactions import reactions
from services.volunteers.seats.service import CAUSE, Seats
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_need, a_volunteer, accepted, offered
from tests.unit.volunteers.matching.drawing import some_needs, some_volunteers
from tests.unit.volunteers.seats.interleaved import Process, Shelf, received
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person


class House:
    """One need, and the record that goes on."""

    def __init__(self, need: Need, volunteer: Volunteer) -> None:
        self.now = NOW
        self.needs, self.people = Shelf(NEED, lambda: self.now), Shelf(VOLUNTEER, lambda: self.now)
        self.needs.put(need)
        self.people.put(volunteer)
        self.id, self.who, self.volunteer = need.id, volunteer.person, volunteer.id
        needs, people = cast(Aggregates[Need], self.needs), cast(Aggregates[Volunteer], self.people)
        self.seats = Seats(needs, people, lambda: self.now, DAY)

    def merge(self, ended: str, *, until: int | None = None) -> None:
        """Hand over what `ended` has; a process dies after `until` steps."""
        work = Process("merging", self.now, self.seats.hand_over(self.id, ended, self.who, CAUSE))
        steps = 0
        while not work.ended and (until is None or steps < until):
            work.step(self.now)
            steps += 1

    def settle(self, who: str) -> None:
        """Take the fact that `who` accepted, as the service does."""
        table = Handlers()
        needs, people = cast(Aggregates[Need], self.needs), cast(Aggregates[Volunteer], self.people)
        reactions(table, needs, people, self.seats, lambda: self.now, lambda community: None)
        fact = event_from(NeedAccepted, self.need, offer="offer-0", person=who)
        settle_booking = dict(table.reactions[fact.type])["settle_booking"]
        work = Process("settling", self.now, cast(Any, settle_booking(received(fact, self.id, 2, HERE, who))))
        while not work.ended:
            work.step(self.now)

    @property
    def need(self) -> Need:
        found: Need = self.needs.now(self.id)
        return found

    @property
    def held(self) -> list[str]:
        return [each.offer for each in self.people.now(self.volunteer).bookings if each.need == self.id]


@settings(max_examples=80, deadline=None)
@given(some_needs(most=1), some_volunteers(most=1).filter(bool), st.booleans())
def test_the_seat_of_the_record_that_ended_is_the_others_exactly_where_every_filter_lets_them_through(
    needs: Any, volunteers: Any, answered: bool
) -> None:
    need, volunteer = needs[0], volunteers[0]
    if not need.open_seats:
        return
    need = accepted(need, "twin") if answered else offered(need, "twin")
    house = House(need, volunteer)
    had = any(offer.person == volunteer.person and offer.status in LIVE for offer in need.offers)
    open_before, held_before = need.open_seats, set(house.held)  # a hold may stand from an earlier try
    refused = first_failure(need, volunteer, NOW, SAFETY)
    house.merge("twin")
    live = [offer.person for offer in house.need.offers if offer.status in LIVE]
    assert live.count(volunteer.person) == (had or refused is None)
    if had or refused is not None:
        assert live.count("twin") == 1  # it is given back when the record is disapproved
    else:
        assert (live.count("twin"), house.need.open_seats) == (0, open_before)
        assert len(set(house.held) - held_before) == 1 == len(house.held) - len(held_before)


def test_a_seat_is_handed_over_as_it_stands_and_no_second_time() -> None:
    need = accepted(a_need(seats=1), "twin")
    house = House(need, a_volunteer("ann"))
    house.merge("twin")
    house.merge("twin")
    mine = house.need.offer_to("ann")
    assert mine is not None
    assert (mine.status, house.need.status, house.need.volunteers) == (
        OfferStatus.ACCEPTED,
        NeedStatus.STAFFED,
        ["ann"],
    )
    assert house.held == [mine.id]
    assert house.people.now(house.volunteer).bookings[0].until is None


def test_wherever_a_process_dies_the_next_finds_the_seat_handed_over_once() -> None:
    for steps in range(1, 12):
        house = House(accepted(a_need(seats=2), "twin"), a_volunteer("ann"))
        house.merge("twin", until=steps)
        house.merge("twin")
        assert house.need.volunteers == ["ann"]
        assert len(house.held) == 1


def test_hours_of_a_service_that_has_begun_go_on_under_the_other_name() -> None:
    need = accepted(a_need(starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR), "twin")
    house = House(need, a_volunteer("ann", availability=()))
    house.now = NOW + 90 * HOUR / 60
    house.merge("twin")
    assert house.need.volunteers == ["ann"]


def test_who_is_barred_invited_or_stands_by_is_so_under_the_other_name() -> None:
    need = a_need(seats=1, starts_at=NOW + 5 * HOUR, ends_at=NOW + 6 * HOUR, barred=frozenset({"twin"}))
    invited = inviting.invite(need, ["twin", "bob"], NOW).aggregate
    waiting = accepted(invited, "cai")
    stood = inviting.stand_by(waiting, person("twin"), NOW).aggregate
    named = follow_merger(stood, "twin", "ann")
    assert_folds(stood, named)
    assert named.aggregate.barred == {"ann"}
    assert [each.person for each in named.aggregate.standby] == ["ann"]
    assert "twin" not in {each.person for each in named.aggregate.invited}
    assert follow_merger(named.aggregate, "twin", "ann").events == ()


def test_who_was_taken_off_does_not_come_back_under_the_other_name() -> None:
    need = accepted(a_need(seats=1), "twin")
    off = take_off(need, "twin", TakenOff.OTHER, STAFF, NOW).aggregate
    named = follow_merger(off, "twin", "ann")
    assert_folds(off, named)
    with pytest.raises(AskedBefore):
        take(named.aggregate, tentative(need, "offer-x", NOW), person("ann"), NOW)


def test_minutes_that_are_told_after_the_seat_was_handed_over_are_the_others() -> None:
    need = accepted(a_need(seats=1), "triplet")
    for n, (before, into) in enumerate((("triplet", "twin"), ("twin", "ann"))):
        owed = need.offer_to(before)
        assert owed is not None
        id = derived_id("offer", owed.id, into)
        need = hand_over(need, before, into, tentative(need, id, NOW + n * HOUR), NOW).aggregate
    assert [holder(need, who) for who in ("triplet", "twin", "ann", "bob")] == ["ann", "ann", "ann", "bob"]
    noted = note(need, holder(need, "triplet"), 40, need.starts_at).aggregate
    assert [(offer.person, offer.minutes) for offer in noted.offers if offer.minutes] == [("ann", 40)]


@pytest.mark.parametrize("over", [True, False])
def test_a_seat_is_given_back_until_the_service_is_over(over: bool) -> None:
    need = accepted(a_need(seats=1), "twin")
    when = need.ends_at if over else need.ends_at - HOUR / 60
    assert dismiss(need, "twin", when).aggregate.volunteers == (["twin"] if over else [])


def test_the_events_of_a_hand_over_fold() -> None:
    for need in (accepted(a_need(), "twin"), accepted(a_need(seats=2), "twin"), offered(a_need(), "twin")):
        given = hand_over(need, "twin", "ann", tentative(need, "offer-x", NOW), NOW)
        assert_folds(need, given)
        assert hand_over(given.aggregate, "twin", "ann", tentative(need, "offer-x", NOW), NOW).events == ()


@pytest.mark.parametrize("free", [True, False])
def test_a_seat_accepted_while_the_record_ended_is_the_others_or_given_back(free: bool) -> None:
    need = accepted(a_need(seats=1), "twin")
    house = House(need, a_volunteer("ann", **({} if free else {"approved_at": None})))
    house.people.put(a_volunteer("twin", approved_at=None, left_at=NOW, merged_into="ann"))
    house.settle("twin")
    house.settle("twin")
    assert house.need.volunteers == (["ann"] if free else [])
    assert house.need.status is (NeedStatus.STAFFED if free else NeedStatus.OPEN)


def test_who_was_disapproved_while_they_accepted_is_told_as_others_are() -> None:
    house = House(accepted(a_need(seats=1), "twin"), a_volunteer("ann"))
    house.people.put(a_volunteer("twin", approved_at=None))
    house.settle("twin")
    assert house.need.volunteers == []
    assert [cast(NeedReopened, event).taken_off for event in house.needs.said[house.id]] == [TakenOff.UNSUITABLE]
