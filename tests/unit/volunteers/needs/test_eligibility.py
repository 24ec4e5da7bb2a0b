"""Each hard filter refuses the pairs that it is there for, by its name, and no others."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.contracts.volunteers import VolunteerStatus
from services.volunteers.needs.domain.eligibility import (
    RESTRAINTS,
    RULES,
    SAFETY,
    Filter,
    NotEligible,
    explain,
    first_failure,
    hold,
)
from services.volunteers.needs.domain.seating import tentative
from services.volunteers.people.domain.bookings import AlreadyHeld
from services.volunteers.people.domain.profile import Away, Certificate, Gender, Window
from services.volunteers.people.domain.volunteer import Booking
from tests.unit.volunteers.making import a_need, a_volunteer, offered
from tests.unit.volunteers.world import DAY, HOUR, NOW

WEDNESDAY = datetime(2024, 1, 31, 1, 0, tzinfo=UTC)
"""The start of `a_need`: nine in the morning in Shanghai."""


def window(weekday: Any, start: Any, end: Any) -> Any:
    return Window(weekday=weekday, start=start, end=end)


def booked(start: Any, end: Any, *, need: Any = "other", until: Any = None, building: Any = None) -> Any:
    return Booking(need=need, offer=f"offer-{start}", starts_at=start, ends_at=end, until=until, building=building)


REFUSED = {
    Filter.APPROVED: (a_need(), a_volunteer(approved_at=None)),
    Filter.SKILL: (a_need(skill="haircut"), a_volunteer()),
    Filter.CERTIFICATE: (
        a_need(certificate="medical-licence"),
        a_volunteer(certificates=(Certificate(code="medical-licence", valid_until=date(2024, 1, 30)),)),
    ),
    Filter.RECORD_CHECK: (
        a_need(with_minors=True),
        a_volunteer(certificates=(Certificate(code="child-contact-check", valid_until=date(2024, 1, 30)),)),
    ),
    Filter.AGE: (a_need(min_age=18), a_volunteer(born=date(2006, 2, 1))),
    Filter.GENDER: (a_need(gender=Gender.FEMALE), a_volunteer(gender=Gender.MALE)),
    Filter.LANGUAGE: (a_need(language="wu"), a_volunteer(languages=frozenset({"yue"}))),
    Filter.INSURANCE: (a_need(insured_only=True), a_volunteer(insured_until=date(2024, 1, 30))),
    Filter.BLOCKED_PAIR: (offered(a_need(seats=2), "bob"), a_volunteer(avoids=frozenset({"bob"}))),
    Filter.NOT_NOW: (a_need(), a_volunteer(not_now_until=NOW.date())),
    Filter.REACH: (a_need(building="b1"), a_volunteer(reach=frozenset({"b2"}))),
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
        (a_need(adults_only=False), a_volunteer(adult=False)),
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
