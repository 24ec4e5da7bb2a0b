"""No way to a seat passes by a hard filter: sign-up, offer of staff, plan, ring, standing by, and asking again."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.store.aggregates import Aggregates
from services.contracts.volunteers import SeatRole, VolunteerStatus
from services.volunteers.needs.domain import inviting
from services.volunteers.needs.domain.eligibility import RULES, SAFETY, Filter, Rule, first_failure
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE, OfferStatus
from services.volunteers.needs.domain.roles import RoleSeats
from services.volunteers.needs.store import NEED
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import VOLUNTEER
from services.volunteers.seats.service import Seats
from tests.unit.volunteers.making import a_need, a_volunteer
from tests.unit.volunteers.matching.drawing import some_needs, some_volunteers
from tests.unit.volunteers.seats.interleaved import Process, Shelf
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, person

Work = Coroutine[Any, Any, Any]


class House:
    """One need and one volunteer, and the service's own commands on them."""

    def __init__(self, need: Need, volunteer: Volunteer) -> None:
        self.now = NOW
        self.needs, self.people = Shelf(NEED, lambda: self.now), Shelf(VOLUNTEER, lambda: self.now)
        self.needs.put(need)
        self.people.put(volunteer)
        self.need, self.volunteer, self.who = need.id, volunteer.id, volunteer.person
        needs, people = cast(Aggregates[Need], self.needs), cast(Aggregates[Volunteer], self.people)
        self.seats = Seats(needs, people, lambda: self.now, DAY)

    def carry_out(self, work: Work) -> None:
        process = Process("a command", self.now, work)
        while not process.ended:
            process.step(self.now)

    def changing(self, decide: Any) -> Work:
        return self.needs.change(self.need, decide, cast(Any, None))

    @property
    def status(self) -> OfferStatus | None:
        mine = self.needs.now(self.need).offer_to(self.who)
        return None if mine is None else mine.status


def take(house: House) -> Work:
    return house.seats.take(house.need, person(house.who), cast(Any, None), house.changing)


def ask(house: House) -> Work:
    return house.seats.ask(house.need, house.who, "熟悉", STAFF, cast(Any, None), house.changing)


def plan(house: House) -> Work:
    return house.seats.ask_matched(house.needs.now(house.need), house.people.now(house.volunteer))


def stand_by(house: House) -> Work:
    return house.seats.ask_standby(house.needs.now(house.need), house.who)


def again(house: House) -> Work:
    return house.seats.ask_again(house.need, house.who)


@dataclass(frozen=True)
class Path:
    way: Callable[[House], Work]
    rules: tuple[Rule, ...]


PATHS = [Path(take, SAFETY), Path(ask, SAFETY), Path(plan, RULES), Path(stand_by, SAFETY), Path(again, SAFETY)]


@settings(max_examples=120, deadline=None)
@given(some_needs(most=1), some_volunteers(most=1).filter(bool), st.sampled_from(PATHS))
def test_a_seat_comes_about_exactly_where_every_filter_of_its_way_lets_the_person_through(
    needs: list[Need], volunteers: list[Volunteer], path: Path
) -> None:
    need, volunteer = needs[0], volunteers[0]
    house = House(need, volunteer)
    refused = first_failure(need, volunteer, NOW, path.rules)
    house.carry_out(path.way(house))
    if refused is not None or not need.open_seats:
        assert house.status is None
        assert house.people.now(house.volunteer).bookings == volunteer.bookings
    else:
        assert house.status in LIVE


@settings(max_examples=60, deadline=None)
@given(some_needs(most=1), some_volunteers(most=1).filter(bool))
def test_a_ring_asks_exactly_whom_every_filter_lets_through_and_counts_it(
    needs: list[Need], volunteers: list[Volunteer]
) -> None:
    need, volunteer = needs[0], volunteers[0]
    house = House(need, volunteer)

    async def ring() -> None:
        if await house.seats.may_be_invited(need, house.who):
            await house.changing(lambda n, now: inviting.invite(n, [house.who], now))

    house.carry_out(ring())
    counted = house.people.now(house.volunteer).asks_since(NOW - DAY) - volunteer.asks_since(NOW - DAY)
    refused = first_failure(need, volunteer, NOW, RULES)
    assert counted == (refused is None)
    invited = [each.person for each in house.needs.now(house.need).invited]
    assert invited == ([house.who] if refused is None and inviting.is_due(need, NOW) else [])


@pytest.mark.parametrize("step", ["accept", "promise", "check-in"])
@pytest.mark.parametrize(
    ("since", "refused"),
    [
        ({"approved_at": None}, Filter.APPROVED),
        ({"adult": False}, Filter.ADULT),
        ({"insured_until": NOW.date()}, Filter.INSURANCE),
        ({"reach": frozenset({"elsewhere"})}, Filter.REACH),
        ({"availability": ()}, Filter.AVAILABLE),
        ({"weekly_minutes": 30}, Filter.WEEKLY_CAP),
        ({"status": VolunteerStatus.PAUSED}, Filter.ACTIVE),
        ({}, None),
    ],
)
def test_the_filters_are_asked_again_at_the_yes_the_confirmation_and_the_check_in(
    step: str, since: dict[str, Any], refused: Filter | None
) -> None:
    need = a_need(adults_only=True, insured_only=True, building="b1")
    house = House(need, a_volunteer(insured_until=(NOW + 9 * DAY).date()))
    house.carry_out(ask(house))
    if step != "accept":
        house.carry_out(take(house))
    before = house.status
    held = house.people.now(house.volunteer)
    house.people.put(held.model_copy(update=since))
    assert first_failure(need, house.people.now(house.volunteer), NOW, SAFETY) is refused
    if step == "accept":
        house.carry_out(house.seats.accept(house.need, person("ann"), house.changing))
    elif step == "promise":
        house.carry_out(house.seats.promise(house.need, person("ann"), house.changing))
    else:
        house.now = need.starts_at - HOUR / 2
        house.carry_out(house.seats.check_in(house.need, "ann", STAFF, house.changing))
    promised = refused is Filter.ACTIVE and step != "accept"  # a pause ends no promise
    assert (house.status is before) is (refused is not None and not promised)


def test_who_has_a_part_and_asks_for_another_is_refused_and_keeps_theirs() -> None:
    roles = (RoleSeats(role=SeatRole.LEAD), RoleSeats(role=SeatRole.HELPER))
    house = House(a_need(seats=2, roles=roles), a_volunteer())
    done: list[Any] = []

    async def take_part(role: SeatRole) -> None:
        done.append(await house.seats.take(house.need, person("ann"), cast(Any, None), house.changing, role))

    for role in (SeatRole.HELPER, SeatRole.HELPER, SeatRole.LEAD):
        house.carry_out(take_part(role))
    assert len(done) == 2  # the third is refused
    assert [offer.role for offer in house.needs.now(house.need).offers] == [SeatRole.HELPER]


def test_a_yes_reads_the_need_and_the_person_once(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(a_need(), a_volunteer())
    house.carry_out(ask(house))
    read: list[str] = []
    find = Shelf.find

    async def counted(shelf: Shelf, id: str) -> Any:
        read.append(shelf.kind.name)
        return await find(shelf, id)

    monkeypatch.setattr(Shelf, "find", counted)
    house.carry_out(house.seats.accept(house.need, person("ann"), house.changing))
    assert house.status is OfferStatus.ACCEPTED
    assert sorted(read) == ["need", "volunteer"]
