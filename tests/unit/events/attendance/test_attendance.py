"""Who is checked in and out, by whom, when, and how many minutes that makes."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from services.chassis.errors import CommunityError, NotYours
from services.chassis.principal import Principal
from services.contracts.activities import ActivityCheckedOut
from services.events.activities.domain import staffing
from services.events.activities.domain.activity import Activity
from services.events.attendance.domain.attendance import (
    AlreadyCheckedIn,
    AlreadyCheckedOut,
    AttendanceAhead,
    LeftBeforeComing,
    NotAVolunteerHere,
    NotCheckedIn,
    TooEarlyToCheckIn,
    TooLateToCheckIn,
    check_in,
    check_out,
    strike,
)
from services.events.attendance.domain.codes import WrongCode
from services.events.registrations import domain as registrations
from services.events.registrations.domain import NotRegistered
from tests.unit.events.given import END, GRID, HOUR, MINUTE, NOW, ORGANISER, STAFF, START, activity, person, resident
from tests.unit.events.lawful import took


def _ready() -> Activity:
    a = registrations.register(activity(), "resident-1", 3, resident(1), NOW).aggregate
    a = registrations.register(a, "resident-2", 2, resident(2), NOW).aggregate
    return staffing.staff(a, ["helper-1", "helper-2"], NOW).aggregate


def _in(a: Activity, who: str, at: datetime = START, *, by: Principal = STAFF, helper: bool = True) -> Activity:
    return took(a, lambda a: check_in(a, who, by, at, approved=True, as_volunteer=helper)).aggregate


def test_parties_count_as_attended_helpers_do_not() -> None:
    there = _in(_in(_ready(), "helper-1"), "resident-1", helper=False)
    assert there.attended == 3


@pytest.mark.parametrize("by", [STAFF, GRID, ORGANISER])
def test_the_desk_checks_people_in(by: Principal) -> None:
    assert _in(_ready(), "helper-1", by=by).presences[0].by == by.sub


def test_the_code_at_the_venue_lets_people_check_themselves_in_and_nobody_else() -> None:
    me = person("helper-1")
    assert check_in(_ready(), "helper-1", me, START, approved=True, as_volunteer=True, code="314159").events
    with pytest.raises(WrongCode):
        check_in(_ready(), "helper-1", me, START, approved=True, as_volunteer=True, code="314158")
    with pytest.raises(WrongCode):
        check_in(_ready(), "helper-1", me, START, approved=True, as_volunteer=True, code="签到")
    with pytest.raises(NotYours):
        check_in(_ready(), "helper-1", me, START, approved=True, as_volunteer=True)
    with pytest.raises(NotYours):
        check_in(_ready(), "helper-2", me, START, approved=True, as_volunteer=True, code="314159")
    with pytest.raises(NotYours):
        check_in(
            _ready(), "helper-1", person("helper-1", home="b"), START, approved=True, as_volunteer=True, code="314159"
        )


@pytest.mark.parametrize(
    ("who", "helper", "at", "error"),
    [
        ("helper-1", True, START - HOUR - timedelta(seconds=1), TooEarlyToCheckIn),
        ("helper-1", True, END, TooLateToCheckIn),
        ("resident-1", True, START, NotAVolunteerHere),
        ("helper-1", False, START, NotRegistered),
        ("resident-2", False, START, NotRegistered),  # on the waiting list
    ],
)
def test_nobody_is_let_in_out_of_time_or_off_the_lists(
    who: str, helper: bool, at: datetime, error: type[CommunityError]
) -> None:
    with pytest.raises(error):
        check_in(_ready(), who, STAFF, at, approved=True, as_volunteer=helper)


def test_the_door_opens_an_hour_before() -> None:
    assert _in(_ready(), "helper-1", START - HOUR).presences


def test_nobody_comes_twice_in_one_role() -> None:
    both = registrations.register(_ready(), "helper-1", 1, person("helper-1"), NOW).aggregate
    there = _in(_in(both, "helper-1"), "helper-1", helper=False)
    for helper in (True, False):
        with pytest.raises(AlreadyCheckedIn):
            check_in(there, "helper-1", STAFF, START, approved=True, as_volunteer=helper)


@pytest.mark.parametrize(
    ("arrived", "left", "minutes", "capped"),
    [
        (START, START + timedelta(minutes=89, seconds=59), 89, False),
        (START - 30 * MINUTE, END, 150, False),
        (START, END + timedelta(seconds=1), 120, True),
        (START + HOUR, END + 5 * HOUR, 60, True),
        (START, START, 0, False),
    ],
)
def test_minutes_never_pass_the_planned_end(arrived: datetime, left: datetime, minutes: int, capped: bool) -> None:
    there = _in(_ready(), "helper-1", arrived)
    decision = took(there, lambda a: check_out(a, "helper-1", STAFF, left, as_volunteer=True))
    (event,) = decision.events
    assert isinstance(event, ActivityCheckedOut)
    assert (event.minutes, event.capped, event.at) == (minutes, capped, min(left, END))
    with pytest.raises(AlreadyCheckedOut):
        check_out(decision.aggregate, "helper-1", STAFF, left, as_volunteer=True)


def test_who_left_and_comes_back_is_there_again_without_being_counted_twice() -> None:
    party, helper = "resident-1", "helper-1"
    there = _in(_in(_ready(), party, helper=False), helper)
    for who, helps in ((party, False), (helper, True)):
        out = took(there, partial(check_out, person=who, by=STAFF, now=START + 30 * MINUTE, as_volunteer=helps))
        back = _in(out.aggregate, who, START + HOUR, helper=helps)
        assert (back.attended, len(back.presences)) == (3, 2)
        with pytest.raises(AlreadyCheckedIn):
            check_in(back, who, STAFF, START + HOUR, approved=True, as_volunteer=helps)
        with pytest.raises(LeftBeforeComing):
            check_out(back, who, STAFF, END, as_volunteer=helps, at=START + 45 * MINUTE)
        left = took(back, partial(check_out, person=who, by=STAFF, now=END + HOUR, as_volunteer=helps))
        (event,) = left.events
        assert isinstance(event, ActivityCheckedOut)
        assert (event.minutes, event.stay) == (60, 2)
        presence = left.aggregate.presence_of(who, as_volunteer=helps)
        assert presence is not None
        assert (presence.arrived_at, presence.minutes, presence.capped) == (START, 90, True)


def test_of_a_check_out_by_mistake_no_minute_is_lost_where_the_desk_says_so() -> None:
    out = check_out(_in(_ready(), "helper-1"), "helper-1", STAFF, START + HOUR, as_volunteer=True).aggregate
    here = check_in(out, "helper-1", STAFF, START + HOUR + 9 * MINUTE, approved=True, as_volunteer=True, at=START)
    left = check_out(here.aggregate, "helper-1", STAFF, END, as_volunteer=True).aggregate
    assert left.presences[0].minutes == 120
    with pytest.raises(AlreadyCheckedOut):
        strike(here.aggregate, "helper-1", STAFF, END, as_volunteer=True)


def test_nobody_leaves_who_has_not_come() -> None:
    with pytest.raises(NotCheckedIn):
        check_out(_ready(), "helper-1", STAFF, END, as_volunteer=True)


def test_a_helper_struck_off_the_list_after_coming_still_leaves_with_their_minutes() -> None:
    there = staffing.unstaff(_in(_ready(), "helper-1"), ["helper-2"], START).aggregate
    (event,) = check_out(there, "helper-1", STAFF, START + HOUR, as_volunteer=True).events
    assert isinstance(event, ActivityCheckedOut)
    assert event.minutes == 60


def test_the_desk_copies_a_list_kept_on_paper() -> None:
    came = check_in(_ready(), "helper-1", STAFF, END, approved=True, as_volunteer=True, at=START).aggregate
    left = check_out(came, "helper-1", STAFF, END + HOUR, as_volunteer=True, at=START + 25 * MINUTE)
    (event,) = left.events
    assert isinstance(event, ActivityCheckedOut)
    assert (event.minutes, event.capped) == (25, False)
    assert (came.changed_at, left.aggregate.changed_at) == (END, END + HOUR)


def test_a_list_on_paper_tells_what_was_and_in_order() -> None:
    with pytest.raises(AttendanceAhead):
        check_in(_ready(), "helper-1", STAFF, START, approved=True, as_volunteer=True, at=START + MINUTE)
    came = _in(_ready(), "helper-1", START + MINUTE)
    with pytest.raises(LeftBeforeComing):
        check_out(came, "helper-1", STAFF, END, as_volunteer=True, at=START)


def test_nobody_but_the_desk_names_another_time() -> None:
    ready = _ready()
    with pytest.raises(NotYours):
        check_in(
            ready,
            "helper-1",
            person("helper-1"),
            END,
            approved=True,
            as_volunteer=True,
            code=ready.check_in_code,
            at=START,
        )
