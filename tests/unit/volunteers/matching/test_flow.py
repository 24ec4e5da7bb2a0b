"""Matching breaks no hard filter and books nobody twice, and its plan is the best there is and always the same."""

from collections import Counter
from itertools import combinations, product
from time import process_time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.volunteers import VolunteerStatus
from services.volunteers.matching.flow import FIRST, TIER, category_tiers, cost_of, has_helper, match, solve
from services.volunteers.needs.domain.eligibility import PATIENCE, TRAVEL, Filter, first_failure
from services.volunteers.needs.domain.seating import tentative
from services.volunteers.people.domain.profile import Certificate, Window
from services.volunteers.people.domain.volunteer import Booking
from services.volunteers.shared.values import week_of
from tests.unit.volunteers.making import a_need, a_volunteer, accepted, offered
from tests.unit.volunteers.world import DAY, HOUR, NOW

SKILLS = st.sampled_from([None, "haircut", "medical"])
BUILDINGS = st.sampled_from([None, "b1", "b2"])
WINDOWS = st.builds(
    lambda weekday, start, length: Window(
        weekday=weekday, start=f"{start:02}:00", end=f"{min(24, start + length):02}:00"
    ),
    st.integers(1, 7),
    st.integers(0, 20),
    st.integers(1, 12),
)


@st.composite
def some_needs(draw: Any, most: Any = 6) -> Any:
    needs = []
    for n in range(draw(st.integers(1, most))):
        begin = NOW + draw(st.integers(1, 60)) * HOUR
        skill = draw(SKILLS)
        need = a_need(
            f"need-{n}",
            starts_at=begin,
            ends_at=begin + draw(st.integers(1, 3)) * HOUR,
            seats=draw(st.integers(1, 3)),
            category=draw(st.sampled_from(["visit", "meal"])),
            skill=skill,
            certificate="medical-licence" if skill == "medical" else None,
            adults_only=draw(st.booleans()),
            building=draw(BUILDINGS),
        )
        if draw(st.booleans()):
            need = accepted(need, "elsewhere-engaged")
        needs.append(need)
    return needs


@st.composite
def some_volunteers(draw: Any, most: Any = 7) -> Any:
    volunteers = []
    for n in range(draw(st.integers(0, most))):
        begin = NOW + draw(st.integers(0, 60)) * HOUR
        booked = Booking(need="other", offer=f"o-{n}", starts_at=begin, ends_at=begin + HOUR, until=None)
        volunteers.append(
            a_volunteer(
                f"person-{n}",
                skills=frozenset(draw(st.sets(st.sampled_from(["haircut", "medical"])))),
                certificates=draw(
                    st.sampled_from(
                        [
                            (),
                            (Certificate(code="medical-licence", valid_until=NOW.date()),),
                            (Certificate(code="medical-licence", valid_until=(NOW + 9 * DAY).date()),),
                        ]
                    )
                ),
                adult=draw(st.booleans()),
                status=draw(st.sampled_from(VolunteerStatus)),
                building=draw(BUILDINGS),
                weekly_minutes=draw(st.sampled_from([0, 60, 150, 600])),
                availability=draw(st.none() | st.lists(WINDOWS, max_size=5).map(tuple)),
                bookings=(booked,) if draw(st.booleans()) else (),
            )
        )
    return volunteers


@settings(max_examples=300)
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
            assert one.ends_at + TRAVEL <= other.starts_at or other.ends_at + TRAVEL <= one.starts_at
        for week in {week_of(need.starts_at) for need in mine}:
            times = [(n.starts_at, n.ends_at) for n in mine] + [(b.starts_at, b.ends_at) for b in volunteer.bookings]
            minutes = sum((end - start).total_seconds() / 60 for start, end in times if week_of(start) == week)
            assert minutes <= volunteer.weekly_minutes


@settings(max_examples=150)
@given(some_needs(), some_volunteers())
def test_whoever_is_left_out_has_a_reason_or_every_seat_is_taken(needs: Any, volunteers: Any) -> None:
    plan = match(needs, volunteers, NOW)
    pairs = {(a.need.id, a.volunteer.id) for a in plan.assignments}
    seats = Counter(need for need, _ in pairs)
    idle = {v.id for v in volunteers} - {volunteer for _, volunteer in pairs}
    for need, volunteer in product(needs, idle):
        if seats[need.id] < need.open_seats:
            assert plan.why_not(need.id, volunteer) is not None


@settings(max_examples=100)
@given(some_needs(), some_volunteers(), st.randoms(use_true_random=False))
def test_the_order_of_needs_and_volunteers_does_not_matter(needs: Any, volunteers: Any, random: Any) -> None:
    plan = [(a.need.id, a.volunteer.id) for a in match(needs, volunteers, NOW).assignments]
    random.shuffle(needs)
    random.shuffle(volunteers)
    assert [(a.need.id, a.volunteer.id) for a in match(needs, volunteers, NOW).assignments] == plan


def price(pairs: Any, needs: Any, costs: Any) -> Any:
    """What a set of pairs costs, reckoned from the words of the module and not by the flow."""
    seats = sum(need.open_seats for need in needs)
    by_need = Counter(need for need, _ in pairs)
    total = sum(costs[pair] for pair in pairs)
    for need in needs:
        free = 0 if has_helper(need) else 1
        total += FIRST * (seats + 1) * max(0, by_need[need.id] - free)
    by_category = Counter({need.id: need.category for need in needs}[need] for need, _ in pairs)
    for category, tiers in category_tiers(needs).items():
        steps = [tier for tier, count in tiers for _ in range(count)]
        total += TIER * sum(steps[: by_category[category]])
    return total


def every_way(needs: Any, volunteers: Any, costs: Any) -> Any:
    """Every set of pairs of one round: each volunteer in one need or none."""
    choices = [[None, *(n.id for n in needs if (n.id, v.id) in costs)] for v in volunteers]
    open_seats = {need.id: need.open_seats for need in needs}
    for chosen in product(*choices):
        taken = Counter(need for need in chosen if need is not None)
        if all(count <= open_seats[need] for need, count in taken.items()):
            yield [(need, v.id) for need, v in zip(chosen, volunteers, strict=True) if need is not None]


@settings(max_examples=150)
@given(some_needs(most=4), some_volunteers(most=5))
def test_a_round_is_the_best_of_all_ways(needs: Any, volunteers: Any) -> None:
    needs = [need for need in needs if need.open_seats]
    costs = {
        (n.id, v.id): sum(cost_of(n, v, NOW, frozenset()).values())
        for v in volunteers
        for n in needs
        if first_failure(n, v, NOW) is None
    }
    best = min(every_way(needs, volunteers, costs), key=lambda pairs: (-len(pairs), price(pairs, needs, costs)))
    found = solve(needs, costs)
    assert len(found) == len(best)
    assert price(found, needs, costs) == price(best, needs, costs)


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
