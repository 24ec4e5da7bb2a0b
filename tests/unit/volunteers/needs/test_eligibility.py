"""Each hard filter refuses the pairs that it is there for, by its name, and no others."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.contracts.volunteers import SeatRole, TakenOff, VolunteerStatus
from services.volunteers.needs.domain import attending
from services.volunteers.needs.domain.eligibility import (
    RESTRAINTS,
    RULES,
    SAFETY,
    Filter,
    NotEligible,
    asking_of,
    explain,
    first_failure,
    hold,
    unfit_for,
)
from services.volunteers.needs.domain.roles import RoleSeats
from services.volunteers.needs.domain.seating import tentative
from services.volunteers.people.domain.bookings import AlreadyHeld
from services.volunteers.people.domain.profile import Away, Certificate, Extra, Gender, Window
from services.volunteers.people.domain.volunteer import Booking
from tests.unit.chassis.calendar import law
from tests.unit.volunteers.making import CONSENTED, a_need, a_volunteer, accepted, offered
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF

WEDNESDAY = datetime(2024, 1, 31, 1, 0, tzinfo=UTC)
"""The start of `a_need`: nine in the morning in Shanghai."""


def window(weekday: Any, start: Any, end: Any) -> Any:
    return Window(weekday=weekday, start=start, end=end)


def booked(start: Any, end: Any, *, need: Any = "other", until: Any = None, building: Any = None) -> Any:
    return Booking(need=need, offer=f"offer-{start}", starts_at=start, ends_at=end, until=until, building=building)


REFUSED = {
    Filter.APPROVED: (a_need(), a_volunteer(approved_at=None)),
    Filter.SKILL: (a_need(skill="haircut"), a_volunteer()),
    Filter.SKILL_LEVEL: (a_need(skill="haircut", skill_level=2), a_volunteer(skills=frozenset({"haircut"}))),
    Filter.CERTIFICATE: (
        a_need(certificate="medical-licence"),
        a_volunteer(certificates=(Certificate(code="medical-licence", valid_until=date(2024, 1, 30)),)),
    ),
    Filter.RECORD_CHECK: (
        a_need(with_minors=True),
        a_volunteer(certificates=(Certificate(code="child-contact-check", valid_until=date(2024, 1, 30)),)),
    ),
    Filter.AGE: (a_need(min_age=18), a_volunteer(born=date(2006, 2, 1), consents=CONSENTED)),
    Filter.GUARDIAN: (a_need(), a_volunteer(born=date(2006, 2, 1))),
    Filter.GENDER: (a_need(gender=Gender.FEMALE), a_volunteer(gender=Gender.MALE)),
    Filter.LANGUAGE: (a_need(language="wu"), a_volunteer(languages=frozenset({"yue"}))),
    Filter.INSURANCE: (a_need(insured_only=True), a_volunteer(insured_until=date(2024, 1, 30))),
    Filter.BLOCKED_PAIR: (offered(a_need(seats=2), "bob"), a_volunteer(avoids=frozenset({"bob"}))),
    Filter.NOT_NOW: (a_need(), a_volunteer(not_now_until=NOW.date())),
    Filter.REACH: (a_need(building="b1"), a_volunteer(reach=frozenset({"b2"}))),
    Filter.DISTANCE: (a_need(building="b1"), a_volunteer(reach_metres=500, within=frozenset({"b2"}))),
    Filter.DAILY_CAP: (
        a_need(),
        a_volunteer(daily_minutes=90, bookings=(booked(WEDNESDAY + 5 * HOUR, WEDNESDAY + 6 * HOUR),)),
    ),
    Filter.BUDGET: (a_need(), a_volunteer(asks_a_week=2, asked_at=(NOW - 6 * DAY, NOW - DAY))),
    Filter.ADULT: (a_need(adults_only=True), a_volunteer(adult=None)),
    Filter.ACTIVE: (a_need(), a_volunteer(status=VolunteerStatus.PAUSED)),
    Filter.NOT_ASKED: (offered(a_need(seats=2), "ann"), a_volunteer("ann")),
    Filter.AVAILABLE: (a_need(), a_volunteer(availability=(window(3, "09:30", "18:00"),))),
    Filter.OVERLAP: (a_need(), a_volunteer(bookings=(booked(WEDNESDAY - HOUR, WEDNESDAY),))),
    Filter.WEEKLY_CAP: (
        a_need(),
        a_volunteer(weekly_minutes=90, bookings=(booked(WEDNESDAY + DAY, WEDNESDAY + DAY + HOUR),)),
    ),
    Filter.PATIENCE: (
        a_need(),
        a_volunteer(
            bookings=tuple(booked(WEDNESDAY + n * DAY, WEDNESDAY + n * DAY + HOUR, until=NOW + HOUR) for n in (1, 2, 3))
        ),
    ),
}


@pytest.mark.parametrize("name", Filter, ids=str)
def test_each_filter_refuses_alone_and_by_its_name(name: Filter) -> None:
    need, volunteer = REFUSED[name]
    assert [v.name for v in explain(need, volunteer, NOW) if not v.holds] == [name]
    assert first_failure(need, volunteer, NOW) == name
    with pytest.raises(NotEligible) as refused:
        hold(volunteer, need, tentative(need, "offer-x", NOW), NOW)
    assert refused.value.params == {"filter": name.value}


def test_every_filter_has_a_rule_and_the_order_is_theirs() -> None:
    assert [rule.name for rule in RULES] == list(Filter)
    assert {rule.name for rule in RULES} - {rule.name for rule in SAFETY} == RESTRAINTS


@pytest.mark.parametrize(
    ("need", "volunteer"),
    [
        (a_need(insured_only=True), a_volunteer(insured_until=date(2024, 1, 31))),
        (a_need(min_age=18), a_volunteer(born=date(2006, 1, 31))),
        (a_need(), a_volunteer(away=(Away(first=date(2024, 1, 29), last=date(2024, 1, 30)),))),
        (a_need(building="hall"), a_volunteer(bookings=(booked(WEDNESDAY - HOUR, WEDNESDAY, building="hall"),))),
        (a_need(skill="haircut"), a_volunteer(skills=frozenset({"haircut"}))),
        (
            a_need(certificate="medical-licence"),
            a_volunteer(certificates=(Certificate(code="medical-licence", valid_until=date(2024, 1, 31)),)),
        ),
        (a_need(), a_volunteer(availability=(window(3, "09:00", "10:00"),))),
        (a_need(), a_volunteer(availability=(window(3, "09:30", "24:00"), window(3, "00:00", "09:30")))),
        (a_need(), a_volunteer(bookings=(booked(WEDNESDAY - 2 * HOUR, WEDNESDAY - HOUR / 6),))),
        (a_need(), a_volunteer(weekly_minutes=60, bookings=(booked(WEDNESDAY - 5 * DAY, WEDNESDAY - 4 * DAY),))),
        (a_need(adults_only=False), a_volunteer(adult=False, consents=CONSENTED)),
    ],
    ids=[
        "insured-on-the-last-day",
        "birthday",
        "back-that-day",
        "same-hall",
        "skill",
        "last-day",
        "window",
        "joined-windows",
        "time-to-travel",
        "another-week",
        "minor",
    ],
)
def test_a_pair_that_just_fits_is_let_through(need: Any, volunteer: Any) -> None:
    assert first_failure(need, volunteer, NOW) is None


def test_hours_given_besides_count_on_their_day_also_off_and_on_holidays_and_on_no_other() -> None:
    """The need is on a Wednesday from nine to ten; somebody who is free on Mondays says: this Wednesday I can."""
    mondays = (window(1, "09:00", "10:00"),)
    day = date(2024, 1, 31)
    this = (Extra(on=day, start="09:00", end="10:00"),)
    gone = (Away(first=day, last=day),)
    assert first_failure(a_need(), a_volunteer(availability=mondays), NOW) is Filter.AVAILABLE
    assert first_failure(a_need(), a_volunteer(availability=mondays, extra=this), NOW) is None
    assert first_failure(a_need(), a_volunteer(away=gone), NOW) is Filter.AVAILABLE
    assert first_failure(a_need(), a_volunteer(away=gone, extra=this), NOW) is None
    short = (Extra(on=day, start="09:00", end="09:59"),)
    assert first_failure(a_need(), a_volunteer(away=gone, extra=short), NOW) is Filter.AVAILABLE
    half = (Extra(on=day, start="09:30", end="10:00"),)
    joined = a_volunteer(availability=(window(3, "09:00", "09:30"),), extra=half)
    assert first_failure(a_need(), joined, NOW) is None
    assert first_failure(a_need(), joined.model_copy(update={"away": gone}), NOW) is Filter.AVAILABLE
    later = a_need(starts_at=WEDNESDAY + 7 * DAY, ends_at=WEDNESDAY + 7 * DAY + HOUR)
    assert first_failure(later, a_volunteer(availability=mondays, extra=this), NOW) is Filter.AVAILABLE


def test_a_time_fits_the_hours_given_to_the_minute() -> None:
    """V03: free from 17:45 to 20:00. What starts inside and ends after it does not fit."""
    free = a_volunteer(availability=(window(3, "17:45", "20:00"),))

    def fits(hour: int, minute: int, minutes: int) -> bool:
        start = datetime(2024, 1, 31, hour - 8, minute, tzinfo=UTC)
        return first_failure(a_need(starts_at=start, ends_at=start + minutes * HOUR / 60), free, NOW) is None

    assert fits(19, 30, 30)
    assert not fits(19, 45, 30)
    assert fits(17, 45, 135)
    assert not fits(17, 45, 136)
    assert not fits(17, 44, 30)


def test_services_that_touch_in_one_hall_do_not_overlap_and_by_a_minute_they_do() -> None:
    """V01: a seat from nine to twelve, then another from twelve on in the same hall."""
    taken = booked(WEDNESDAY, WEDNESDAY + 3 * HOUR, building="hall")
    ann = a_volunteer(bookings=(taken,))

    def after(minutes: int, building: str) -> Any:
        start = WEDNESDAY + 3 * HOUR + minutes * HOUR / 60
        return a_need(starts_at=start, ends_at=WEDNESDAY + 5 * HOUR, building=building)

    assert first_failure(after(0, "hall"), ann, NOW) is None
    assert first_failure(after(-1, "hall"), ann, NOW) is Filter.OVERLAP
    assert first_failure(after(0, "elsewhere"), ann, NOW) is Filter.OVERLAP
    assert first_failure(after(10, "elsewhere"), ann, NOW) is None


def test_two_services_on_one_day_are_possible_where_the_days_cap_allows() -> None:
    """V05, the last sentence: eight to ten, and nineteen to twenty-one."""
    morning = booked(WEDNESDAY - HOUR, WEDNESDAY + HOUR)
    evening = a_need(starts_at=WEDNESDAY + 10 * HOUR, ends_at=WEDNESDAY + 12 * HOUR)
    assert first_failure(evening, a_volunteer(bookings=(morning,)), NOW) is None
    capped = a_volunteer(bookings=(morning,), daily_minutes=239)
    assert first_failure(evening, capped, NOW) is Filter.DAILY_CAP


def test_a_service_over_midnight_needs_both_days() -> None:
    late = datetime(2024, 1, 31, 15, 0, tzinfo=UTC)  # 23:00 on Wednesday in Shanghai
    need = a_need(starts_at=late, ends_at=late + 2 * HOUR)
    evening = window(3, "22:00", "24:00")
    assert first_failure(need, a_volunteer(availability=(evening,)), NOW) is Filter.AVAILABLE
    both = (evening, window(4, "00:00", "01:00"))
    assert first_failure(need, a_volunteer(availability=both), NOW) is None


def test_each_offer_has_a_hold_of_its_own_and_the_time_they_hold_counts_once() -> None:
    need = a_need()
    volunteer = hold(a_volunteer(weekly_minutes=120), need, tentative(need, "offer-1", NOW), NOW).aggregate
    with pytest.raises(AlreadyHeld):
        hold(volunteer, need, tentative(need, "offer-1", NOW), NOW, SAFETY)
    assert first_failure(need, volunteer, NOW) is Filter.NOT_ASKED
    both = hold(volunteer, need, tentative(need, "offer-2", NOW), NOW, SAFETY).aggregate
    assert len(both.bookings) == 2
    other = a_need("need-2", starts_at=WEDNESDAY + 2 * HOUR, ends_at=WEDNESDAY + 3 * HOUR)
    assert first_failure(other, both, NOW) is None
    assert first_failure(a_need("need-3"), both, NOW) is Filter.OVERLAP


def test_asks_by_matching_are_counted_and_what_people_do_themselves_is_not() -> None:
    need, ann = a_need(), a_volunteer(asks_a_week=1)
    asked = hold(ann, need, tentative(need, "offer-1", NOW), NOW).aggregate
    other = a_need("need-2", starts_at=NOW + 5 * DAY, ends_at=NOW + 5 * DAY + HOUR)
    assert first_failure(other, asked, NOW) is Filter.BUDGET
    assert first_failure(other, asked, NOW, SAFETY) is None
    by_themselves = hold(ann, need, tentative(need, "offer-1", NOW), NOW, SAFETY).aggregate
    assert by_themselves.asked_at == ()
    assert first_failure(other, asked, NOW + 8 * DAY) is not Filter.BUDGET


# The cases below are faults that users of other systems met.


def test_a_shift_may_follow_another_in_the_same_hall_at_once_and_not_a_minute_earlier() -> None:
    hall = {"building": "hall"}
    morning = booked(WEDNESDAY, WEDNESDAY + 3 * HOUR, building="hall")
    ann = a_volunteer(bookings=(morning,))
    after = WEDNESDAY + 3 * HOUR
    assert first_failure(a_need(starts_at=after, ends_at=after + 2 * HOUR, **hall), ann, NOW) is None
    early = a_need(starts_at=after - HOUR / 60, ends_at=after + 2 * HOUR, **hall)
    assert first_failure(early, ann, NOW) is Filter.OVERLAP


@pytest.mark.parametrize(
    ("at", "minutes", "fits"), [(105, 30, True), (120, 30, False), (0, 135, True), (0, 136, False)]
)
def test_a_service_fits_into_the_hours_that_somebody_gave_to_its_last_minute(at: int, minutes: int, fits: bool) -> None:
    begin = datetime(2024, 1, 31, 9, 45, tzinfo=UTC) + at * HOUR / 60  # 17:45 in Shanghai
    need = a_need(starts_at=begin, ends_at=begin + minutes * HOUR / 60)
    ann = a_volunteer(availability=(window(3, "17:45", "20:00"),))
    assert first_failure(need, ann, NOW) is (None if fits else Filter.AVAILABLE)


def test_one_day_holds_a_morning_and_an_evening_where_the_cap_allows() -> None:
    morning = booked(WEDNESDAY - HOUR, WEDNESDAY + HOUR)
    evening = WEDNESDAY + 10 * HOUR
    need = a_need(starts_at=evening, ends_at=evening + 2 * HOUR)
    assert first_failure(need, a_volunteer(bookings=(morning,), daily_minutes=240), NOW) is None
    assert first_failure(need, a_volunteer(bookings=(morning,), daily_minutes=239), NOW) is Filter.DAILY_CAP


def test_who_is_not_free_on_holidays_is_asked_for_none_of_years_to_come() -> None:
    rests = a_volunteer(on_holidays=False)
    for day in law.ALL:
        start = datetime.combine(day, WEDNESDAY.timetz())
        need = a_need(starts_at=start, ends_at=start + HOUR)
        assert first_failure(need, rests, NOW) is Filter.AVAILABLE
        assert first_failure(need, a_volunteer(), NOW) is None


def test_who_is_no_longer_fit_gives_the_seat_back_and_of_two_who_do_not_meet_the_one_who_wished_it() -> None:
    need = accepted(accepted(a_need(seats=2, adults_only=True), "ann"), "bob")
    ann, bob = a_volunteer(avoids=frozenset({"bob"})), a_volunteer("bob", avoided_by=frozenset({"ann"}))
    assert unfit_for(need, ann, NOW) is TakenOff.AT_THEIR_WISH
    assert unfit_for(need, bob, NOW) is None
    assert unfit_for(need, a_volunteer(adult=False), NOW) is TakenOff.UNSUITABLE
    for still in (a_volunteer(), a_volunteer(status=VolunteerStatus.PAUSED), a_volunteer("cai", adult=False)):
        assert unfit_for(need, still, NOW) is None
    assert unfit_for(need, ann, need.starts_at) is None
    there = attending.check_in(need, "ann", STAFF, need.starts_at - HOUR / 2).aggregate
    assert unfit_for(there, ann, need.starts_at - HOUR / 2) is None


def test_of_a_need_with_roles_the_filters_are_told_of_the_role_that_somebody_has_or_could_take() -> None:
    need = a_need(seats=2, roles=(RoleSeats(role=SeatRole.LEAD, skill="haircut"), RoleSeats(role=SeatRole.HELPER)))
    ann, barber = a_volunteer(), a_volunteer(skills=frozenset({"haircut"}))
    assert (asking_of(need, ann, NOW).skill, asking_of(need, barber, NOW).skill) == (None, "haircut")
    only_a_lead = accepted(need, "bob")
    assert first_failure(asking_of(only_a_lead, ann, NOW), ann, NOW) is Filter.SKILL
    assert first_failure(asking_of(only_a_lead, barber, NOW), barber, NOW) is None
    assert asking_of(only_a_lead, a_volunteer("bob"), NOW).skill is None
