"""Matching breaks no hard filter and books nobody twice, and its plan is always the same."""

from collections import Counter
from datetime import timedelta
from itertools import combinations, product
from time import process_time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.volunteers import SeatRole, VolunteerStatus
from services.volunteers.matching.columns import needs_without_helper
from services.volunteers.matching.flow import Planning, match, states_of
from services.volunteers.needs.domain.eligibility import PATIENCE, TRAVEL, Filter
from services.volunteers.needs.domain.roles import RoleSeats
from services.volunteers.needs.domain.seating import offer, tentative
from services.volunteers.people.domain.volunteer import Booking
from services.volunteers.shared.values import week_of
from tests.unit.volunteers.making import a_need, a_volunteer, offered
from tests.unit.volunteers.matching.drawing import some_needs, some_volunteers
from tests.unit.volunteers.world import DAY, HOUR, NOW


@settings(max_examples=70)
@given(some_needs(), some_volunteers())
def test_no_hard_filter_is_broken_and_nobody_is_in_two_places(needs: Any, volunteers: Any) -> None:
    plan = match(needs, volunteers, NOW)
    seats = Counter(a.need.id for a in plan.assignments)
    assert len({(a.need.id, a.volunteer.id) for a in plan.assignments}) == len(plan.assignments)
    for need in needs:
        assert seats[need.id] <= need.open_seats
    for volunteer in volunteers:
        mine = [a.need for a in plan.assignments if a.volunteer.id == volunteer.id]
        assert all(plan.why_not(need.id, volunteer.id) is None for need in mine)
        assert len(mine) <= PATIENCE
        for one, other in combinations(mine, 2):
            travel = TRAVEL if one.building is None or one.building != other.building else timedelta(0)
            assert one.ends_at + travel <= other.starts_at or other.ends_at + travel <= one.starts_at
        for week in {week_of(need.starts_at) for need in mine}:
            times = [(n.starts_at, n.ends_at) for n in mine] + [(b.starts_at, b.ends_at) for b in volunteer.bookings]
            minutes = sum((end - start).total_seconds() / 60 for start, end in set(times) if week_of(start) == week)
            assert minutes <= volunteer.weekly_minutes
    for need in needs:
        company = {a.volunteer.person: a.volunteer.avoids for a in plan.assignments if a.need.id == need.id}
        assert not any(avoided & (company.keys() - {person}) for person, avoided in company.items())


@settings(max_examples=40)
@given(some_needs(), some_volunteers())
def test_whoever_is_left_out_has_a_reason_or_every_seat_is_taken(needs: Any, volunteers: Any) -> None:
    plan = match(needs, volunteers, NOW)
    pairs = {(a.need.id, a.volunteer.id) for a in plan.assignments}
    seats = Counter(need for need, _ in pairs)
    idle = {v.id for v in volunteers} - {volunteer for _, volunteer in pairs}
    for need, volunteer in product(needs, idle):
        if seats[need.id] < need.open_seats:
            assert plan.why_not(need.id, volunteer) is not None


@settings(max_examples=40)
@given(some_needs(), some_volunteers(), st.randoms(use_true_random=False))
def test_the_order_of_needs_and_volunteers_does_not_matter(needs: Any, volunteers: Any, random: Any) -> None:
    plan = [(a.need.id, a.volunteer.id) for a in match(needs, volunteers, NOW).assignments]
    random.shuffle(needs)
    random.shuffle(volunteers)
    assert [(a.need.id, a.volunteer.id) for a in match(needs, volunteers, NOW).assignments] == plan


def test_everybody_gets_one_helper_before_anybody_gets_two() -> None:
    needs = [a_need(f"need-{n}", seats=2) for n in range(3)]
    helpers = [a_volunteer(f"person-{n}") for n in range(3)]
    assert Counter(a.need.id for a in match(needs, helpers, NOW).assignments) == {n.id: 1 for n in needs}


def test_when_helpers_are_few_every_category_is_served() -> None:
    meals = [a_need(f"meal-{n}", category="meal", building="b1") for n in range(8)]
    checks = [a_need(f"check-{n}", category="health-check", building="b9") for n in range(2)]
    helpers = [a_volunteer(f"person-{n}", building="b1") for n in range(5)]
    served = Counter(a.need.category for a in match(meals + checks, helpers, NOW).assignments)
    assert served == {"meal": 4, "health-check": 1}


def test_the_work_goes_to_the_volunteer_who_has_done_least_though_they_live_further_off() -> None:
    busy_time = NOW - 3 * DAY
    busy = Booking(need="old", offer="old", starts_at=busy_time, ends_at=busy_time + 2 * HOUR, until=None)
    near = a_volunteer("near", building="b1", bookings=(busy,))
    far = a_volunteer("far", building="b2")
    plan = match([a_need(building="b1")], [near, far], NOW)
    assert [a.volunteer.person for a in plan.assignments] == ["far"]


def test_the_elder_sees_a_known_face_before_a_fresh_one() -> None:
    old = NOW - 3 * DAY
    visits = tuple(
        Booking(
            need=f"n{i}", offer=f"o{i}", starts_at=old + 3 * i * HOUR, ends_at=old + 3 * i * HOUR + HOUR, until=None
        )
        for i in range(4)
    )
    known, fresh = a_volunteer("known", bookings=visits), a_volunteer("fresh")
    need = a_need(category="visit")
    assert [a.volunteer.person for a in match([need], [known, fresh], NOW).assignments] == ["fresh"]
    familiar = {need.id: frozenset({"known"})}
    assert [a.volunteer.person for a in match([need], [known, fresh], NOW, familiar).assignments] == ["known"]


def test_whoever_wishes_for_the_same_person_again_gets_them_before_others_who_are_known_and_it_is_said() -> None:
    wished = a_need("wished", continuity=True)
    usual = a_need("usual")
    known, fresh = a_volunteer("known"), a_volunteer("fresh")
    both = {"wished": frozenset({"known"}), "usual": frozenset({"known"})}
    made = match([wished, usual], [known, fresh], NOW, both).assignments
    assert {a.need.id: a.volunteer.person for a in made} == {"wished": "known", "usual": "fresh"}
    assert {a.need.id: (a.cost["again"], a.cost["keep"]) for a in made} == {"wished": (0, 0), "usual": (0, 1)}
    (other,) = match([wished], [fresh], NOW, both).assignments
    assert (other.volunteer.person, other.cost["again"]) == ("fresh", 1)
    paused = known.model_copy(update={"status": VolunteerStatus.PAUSED})
    assert [a.volunteer.person for a in match([wished], [paused, fresh], NOW, both).assignments] == ["fresh"]


def test_one_person_is_asked_for_several_things_that_fit_until_their_patience_ends() -> None:
    needs = [a_need(f"need-{n}", starts_at=NOW + n * DAY, ends_at=NOW + n * DAY + HOUR) for n in range(1, 6)]
    plan = match(needs, [a_volunteer()], NOW)
    assert len(plan.assignments) == PATIENCE


def test_a_volunteer_who_was_asked_or_whose_time_is_held_is_not_asked_again() -> None:
    asked = offered(a_need(seats=2), "ann")
    assert match([asked], [a_volunteer("ann")], NOW).assignments == ()
    held = a_volunteer("ann", bookings=(tentative(a_need(), "offer-lost", NOW),))
    plan = match([a_need()], [held], NOW)
    assert plan.assignments == ()
    assert plan.why_not("need-1", held.id) is Filter.NOT_ASKED


def test_each_part_of_a_need_is_filled_by_who_passes_its_own_filters_and_nobody_has_two() -> None:
    parts = (RoleSeats(role=SeatRole.LEAD, skill="haircut"), RoleSeats(role=SeatRole.HELPER, seats=2))
    need = a_need(seats=3, roles=parts)
    skilled = a_volunteer("ann", skills=frozenset({"haircut"}))
    plan = match([need], [a_volunteer("bob"), skilled, a_volunteer("cai"), a_volunteer("dan")], NOW)
    assert len(plan.assignments) == 3
    planning = Planning(states_of([need]), states_of([skilled, a_volunteer("bob")]), NOW)
    assert {(made.person, made.role) for made in planning.proposals()} == {
        ("ann", SeatRole.LEAD),
        ("bob", SeatRole.HELPER),
    }
    assert needs_without_helper(planning.wanted) == 0
    led = offer(need, tentative(need, "offer-1", NOW), "ann", NOW, role=SeatRole.LEAD).aggregate
    roles = {made.role for made in Planning(states_of([led]), states_of([a_volunteer("bob")]), NOW).proposals()}
    assert roles == {SeatRole.HELPER}


def test_a_neighbourhood_is_matched_in_seconds() -> None:
    needs = [
        a_need(f"need-{n}", starts_at=NOW + (n % 60 + 1) * HOUR, ends_at=NOW + (n % 60 + 2) * HOUR, seats=2)
        for n in range(120)
    ]
    volunteers = [a_volunteer(f"person-{n}") for n in range(300)]
    began = process_time()
    plan = match(needs, volunteers, NOW)
    assert len(plan.assignments) == 240
    assert process_time() - began < 20
