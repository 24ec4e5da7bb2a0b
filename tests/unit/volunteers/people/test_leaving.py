"""Leaving for good, and two records that are one person's: the stricter of both counts."""

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import VolunteerStatus
from services.volunteers.people.domain.leaving import HasLeft, MergedIntoItself, absorb, end, leave
from services.volunteers.people.domain.profile import Away, Certificate
from services.volunteers.people.domain.vouching import NotByOneself, approve
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_volunteer
from tests.unit.volunteers.world import DAY, NOW, STAFF, person

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
    decision = absorb(one, other, STAFF)
    assert_folds(one, decision)
    merged = decision.aggregate
    assert (merged.weekly_minutes, merged.daily_minutes, merged.adult, merged.on_holidays) == (300, 60, False, False)
    assert merged.reach == frozenset({"building-2"})
    assert (merged.avoids, merged.away) == (frozenset({"bob"}), other.away)
    assert [each.valid_until for each in merged.certificates] == [TODAY]
    assert absorb(merged, other, STAFF).events == ()
    suspended = a_volunteer("ann-2", approved_at=None)
    assert not absorb(one, suspended, STAFF).aggregate.approved
    paused = a_volunteer("ann-2", status=VolunteerStatus.PAUSED)
    assert absorb(one, paused, STAFF).aggregate.status is VolunteerStatus.PAUSED


def test_the_other_record_ends_and_says_under_whom_it_goes_on() -> None:
    other = a_volunteer("ann-2")
    with pytest.raises(MergedIntoItself):
        end(other, "ann-2", STAFF, NOW)
    with pytest.raises(NotYours):
        end(other, "ann", person("ann"), NOW)
    with pytest.raises(NotByOneself):
        absorb(a_volunteer(STAFF.sub), other, STAFF)
    ended = end(other, "ann", STAFF, NOW)
    assert_folds(other, ended)
    assert (ended.aggregate.merged_into, ended.aggregate.approved) == ("ann", False)
    assert end(ended.aggregate, "ann", STAFF, NOW).events == ()
    with pytest.raises(HasLeft):
        absorb(ended.aggregate, a_volunteer("ann-3"), STAFF)
