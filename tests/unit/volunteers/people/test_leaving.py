"""Leaving for good, and two records that are one person's: the stricter of both counts."""

from datetime import date, datetime

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import VolunteerStatus
from services.volunteers.people.domain.leaving import (
    MergedIntoItself,
    MergedTheOtherWay,
    absorb,
    end,
    forget_duplicate,
    leave,
)
from services.volunteers.people.domain.profile import Away, Certificate, ChangeProfile, Gender, Window
from services.volunteers.people.domain.registering import change, resume
from services.volunteers.people.domain.volunteer import Booking, HasLeft, WasMerged
from services.volunteers.people.domain.vouching import NotByOneself, approve
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_volunteer
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, person

TODAY = NOW.date()


def test_who_leaves_acts_no_more_until_staff_approve_them_again() -> None:
    ann = a_volunteer(phone="13800000000", reach=frozenset({"building-1"}))
    with pytest.raises(NotYours):
        leave(ann, person("bob"), NOW)
    left = leave(ann, person("ann"), NOW)
    assert_folds(ann, left)
    gone = left.aggregate
    assert (gone.approved, gone.phone, gone.reach, gone.left_at) == (False, None, None, NOW)
    assert leave(gone, person("ann"), NOW + DAY).events == ()
    back = approve(gone, STAFF, NOW + DAY).aggregate
    assert (back.approved, back.left_at) == (True, None)


def test_the_stricter_of_two_records_counts() -> None:
    one = a_volunteer(
        weekly_minutes=300,
        reach=frozenset({"building-1", "building-2"}),
        certificates=(Certificate(code="medical-licence", valid_until=TODAY + 9 * DAY),),
    )
    other = a_volunteer(
        "ann-2",
        weekly_minutes=600,
        daily_minutes=60,
        adult=False,
        reach=frozenset({"building-2", "building-3"}),
        avoids=frozenset({"bob", "ann"}),
        away=(Away(first=TODAY, last=TODAY),),
        on_holidays=False,
        certificates=(Certificate(code="medical-licence", valid_until=TODAY),),
    )
    decision = absorb(one, other, STAFF, NOW)
    assert_folds(one, decision)
    merged = decision.aggregate
    assert (merged.weekly_minutes, merged.daily_minutes, merged.adult, merged.on_holidays) == (300, 60, False, False)
    assert merged.reach == frozenset({"building-2"})
    assert (merged.avoids, merged.away) == (frozenset({"bob"}), other.away)
    assert [each.valid_until for each in merged.certificates] == [TODAY]
    assert absorb(merged, other, STAFF, NOW).events == ()
    suspended = a_volunteer("ann-2", approved_at=None)
    assert not absorb(one, suspended, STAFF, NOW).aggregate.approved
    paused = a_volunteer("ann-2", status=VolunteerStatus.PAUSED)
    assert absorb(one, paused, STAFF, NOW).aggregate.status is VolunteerStatus.PAUSED


def test_what_was_asked_and_served_under_both_names_counts_for_the_caps_of_the_one_who_goes_on() -> None:
    def served(need: str, day: datetime, until: datetime | None = None) -> Booking:
        return Booking(need=need, offer=f"offer-{need}", starts_at=day, ends_at=day + 6 * HOUR, until=until)

    monday, tuesday, tomorrow = NOW - 2 * DAY, NOW - DAY, NOW + DAY
    one = a_volunteer(weekly_minutes=15 * 60, asked_at=(monday,), bookings=(served("need-1", monday),))
    coming, tried = served("need-3", tomorrow), served("need-4", tuesday, until=tuesday)
    twins = (served("need-1", monday), served("need-2", tuesday), coming, tried)
    other = a_volunteer("ann-2", asked_at=(monday, tuesday), bookings=twins)
    decision = absorb(one, other, STAFF, NOW)
    assert_folds(one, decision)
    merged = decision.aggregate
    assert merged.asked_at == (monday, tuesday)
    assert [held.need for held in merged.bookings] == ["need-1", "need-2"]
    assert absorb(merged, other, STAFF, NOW).events == ()


def test_staff_merge_neither_with_nor_into_their_own_record() -> None:
    own, other = a_volunteer(STAFF.sub, skills=frozenset({"haircut"})), a_volunteer("ann")
    for one, duplicate in ((own, other), (other, own)):
        with pytest.raises(NotByOneself):
            absorb(one, duplicate, STAFF, NOW)


def test_the_other_record_ends_and_says_under_whom_it_goes_on() -> None:
    other = a_volunteer("ann-2")
    with pytest.raises(MergedIntoItself):
        end(other, "ann-2", STAFF, NOW)
    with pytest.raises(NotYours):
        end(other, "ann", person("ann"), NOW)
    with pytest.raises(NotByOneself):
        absorb(a_volunteer(STAFF.sub), other, STAFF, NOW)
    ended = end(other, "ann", STAFF, NOW)
    assert_folds(other, ended)
    assert (ended.aggregate.merged_into, ended.aggregate.approved) == ("ann", False)
    assert end(ended.aggregate, "ann", STAFF, NOW).events == ()
    with pytest.raises(HasLeft):
        absorb(ended.aggregate, a_volunteer("ann-3"), STAFF, NOW)


def test_of_two_ages_that_of_the_younger_counts_and_nobody_becomes_an_adult_by_a_merger() -> None:
    minor, grown = date(2012, 2, 29), date(1990, 1, 1)
    ticked = a_volunteer(adult=True)
    for one, other in (
        (ticked, a_volunteer("ann-2", born=minor, adult=None)),
        (a_volunteer(born=grown), a_volunteer("ann-2", born=minor, adult=False)),
        (a_volunteer(born=minor, adult=None), a_volunteer("ann-2", born=grown)),
    ):
        merged = absorb(one, other, STAFF, NOW).aggregate
        assert (merged.born, merged.is_adult_on(date(2026, 1, 1))) == (minor, False)
    assert absorb(ticked, a_volunteer("ann-2", born=grown), STAFF, NOW).aggregate.born == grown


def test_what_two_records_say_differently_binds_as_the_stricter_says() -> None:
    morning, whole = Window(weekday=1, start="09:00", end="12:00"), Window(weekday=1, start="10:00", end="24:00")
    one = a_volunteer(gender=Gender.FEMALE, insured_until=TODAY + 9 * DAY, availability=(morning,))
    other = a_volunteer(
        "ann-2",
        gender=Gender.MALE,
        insured_until=TODAY,
        not_now_until=TODAY + DAY,
        availability=(whole, Window(weekday=2, start="08:00", end="09:00")),
        phone="13800000000",
    )
    merged = absorb(one, other, STAFF, NOW).aggregate
    assert (merged.gender, merged.insured_until, merged.not_now_until) == (None, TODAY, TODAY + DAY)
    assert (merged.availability, merged.phone) == ((Window(weekday=1, start="10:00", end="12:00"),), "13800000000")
    assert absorb(a_volunteer(), other, STAFF, NOW).aggregate.availability == other.availability
    assert absorb(a_volunteer(), other, STAFF, NOW).aggregate.gender is Gender.MALE


def test_a_record_that_has_ended_is_neither_changed_nor_resumed_and_after_a_merger_never_approved() -> None:
    left = leave(a_volunteer(), person("ann"), NOW).aggregate
    merged = end(a_volunteer("ann-2"), "ann", STAFF, NOW).aggregate
    for ended in (left, merged):
        for by in (person(ended.person), STAFF):
            with pytest.raises(HasLeft):
                change(ended, ChangeProfile(phone="13900000000"), by, NOW)
            with pytest.raises(HasLeft):
                resume(ended, by, NOW)
    with pytest.raises(WasMerged):
        approve(merged, STAFF, NOW)
    assert resume(approve(left, STAFF, NOW).aggregate, person("ann"), NOW).aggregate.status is VolunteerStatus.ACTIVE


def test_a_record_that_ended_in_one_merger_takes_part_in_no_other() -> None:
    merged = end(a_volunteer("ann-2"), "ann", STAFF, NOW).aggregate
    with pytest.raises(WasMerged):
        end(merged, "ann-3", STAFF, NOW)
    with pytest.raises(WasMerged):
        absorb(a_volunteer("ann-3"), merged, STAFF, NOW)


def test_of_two_records_merged_both_ways_at_once_one_goes_on_whatever_comes_first() -> None:
    one, two = a_volunteer("ann"), a_volunteer("ann-2")
    kept, other = absorb(one, two, STAFF, NOW).aggregate, absorb(two, one, STAFF, NOW).aggregate
    with pytest.raises(MergedTheOtherWay):
        end(kept, "ann-2", STAFF, NOW)
    ended = end(other, "ann", STAFF, NOW)
    assert_folds(other, ended)
    assert ended.aggregate.merged_into == "ann"


def test_who_comes_later_with_the_other_way_is_told_so_and_may_finish_the_one_that_was_begun() -> None:
    one, two = a_volunteer("ann"), a_volunteer("ann-2")
    kept = absorb(one, two, STAFF, NOW).aggregate
    with pytest.raises(MergedTheOtherWay):
        absorb(two, kept, STAFF, NOW)
    assert absorb(kept, two, STAFF, NOW).events == ()
    assert end(two, "ann", STAFF, NOW).aggregate.merged_into == "ann"


def test_who_took_over_two_records_one_after_the_other_names_both() -> None:
    twin = absorb(a_volunteer("ann-2"), a_volunteer("ann-3"), STAFF, NOW).aggregate
    assert absorb(a_volunteer(), twin, STAFF, NOW).aggregate.merged_from == {"ann-2", "ann-3"}


def test_an_erased_person_is_named_by_nobody_who_took_their_record_over() -> None:
    kept = absorb(a_volunteer("ann"), a_volunteer("ann-2"), STAFF, NOW).aggregate
    forgotten = forget_duplicate(kept, "ann-2")
    assert_folds(kept, forgotten)
    assert forgotten.aggregate.merged_from == frozenset()
    assert forget_duplicate(forgotten.aggregate, "ann-2").events == ()
