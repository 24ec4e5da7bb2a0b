"""Who is there takes a place: walk-ins count against the capacity, and no seat of somebody present is given on."""

from datetime import datetime
from typing import Any

import pytest

from services.chassis.aggregate import Decision
from services.chassis.store.aggregates import Stored
from services.contracts.activities import (
    ActivityCheckedIn,
    ActivityDetails,
    ActivityPresenceCorrected,
    ActivityPromoted,
    ActivityRegistered,
    ActivityWaitlisted,
    Promotion,
)
from services.events.activities.domain import seats
from services.events.activities.domain.activity import Activity, NotScheduled
from services.events.activities.domain.changing import Change, change
from services.events.activities.domain.ending import complete
from services.events.activities.domain.erasure import erase_from_activity
from services.events.attendance.domain.attendance import (
    ENTERED_WITHIN,
    AlreadyCheckedIn,
    TooLateToCheckIn,
    check_in,
    check_out,
    strike,
)
from services.events.attendance.domain.scans import LeftAlready, WalkIn, walk_in
from services.events.attendance.door import printable
from services.events.attendance.views import DoorList, WalkInView
from services.events.enrolments.domain import Enrol, enrol, stay_away
from services.events.names.store import NOTHING
from services.events.registrations import domain as registrations
from services.events.registrations.domain import AlreadyThere, GroupOf, GroupsUnclear, Register
from services.events.series.domain.series import start
from tests.unit.events.given import END, HOME, HOUR, MINUTE, NOW, STAFF, START, activity, plan, resident
from tests.unit.events.lawful import lawful, took

DOOR = START - 30 * MINUTE


def _with(capacity: int, *parties: int, **more: Any) -> Activity:
    made = activity(capacity=capacity, **more)
    for n, heads in enumerate(parties, 1):
        made = registrations.register(made, f"resident-{n}", heads, resident(n), NOW).aggregate
    return made


def _came(there: Activity, person: str = "guest-9", now: datetime = DOOR, **body: Any) -> Decision[Activity]:
    return took(there, lambda a: walk_in(a, person, WalkIn(**body), STAFF, now))


def _present(there: Activity, n: int) -> Activity:
    arrived = check_in(there, f"resident-{n}", STAFF, DOOR, approved=False, as_volunteer=False)
    lawful(there, arrived)
    return arrived.aggregate


def test_walk_ins_take_places_and_the_desk_is_warned_above_the_capacity() -> None:
    there = _came(_with(3, 1), heads=2).aggregate
    assert (there.free, there.above_capacity, there.walked_in) == (0, 0, 2)
    waits = took(there, lambda a: registrations.register(a, "resident-2", 1, resident(2), DOOR))
    assert isinstance(waits.events[0], ActivityWaitlisted)
    fuller = _came(waits.aggregate, "guest-8").aggregate
    assert (fuller.free, fuller.above_capacity) == (0, 1)
    assert WalkInView.entered(fuller, "guest-8", "zh").warning == "已超出容量 1 人（容量 3 人，含尚未到场的报名者）。"
    assert WalkInView.entered(there, "guest-9", "en").warning is None


def test_nobody_is_promoted_onto_a_place_that_a_walk_in_has_until_they_leave() -> None:
    there = _came(_with(2, 2, 1, 1), heads=1).aggregate
    left = took(there, lambda a: registrations.withdraw(a, "resident-1", resident(1), DOOR))
    assert [e.person for e in left.events if isinstance(e, ActivityPromoted)] == ["resident-2"]
    gone = took(left.aggregate, lambda a: check_out(a, "guest-9", STAFF, DOOR + MINUTE, as_volunteer=False))
    assert [e.person for e in gone.events if isinstance(e, ActivityPromoted)] == ["resident-3"]
    struck = took(left.aggregate, lambda a: strike(a, "guest-9", STAFF, DOOR))
    assert [e.person for e in struck.events if isinstance(e, ActivityPromoted)] == ["resident-3"]
    late = took(left.aggregate, lambda a: check_out(a, "guest-9", STAFF, START + MINUTE, as_volunteer=False))
    assert len(late.events) == 1


def test_a_walk_in_who_comes_back_is_checked_in_and_is_nobody_new() -> None:
    there = _came(_with(3, 1), heads=2).aggregate
    gone = check_out(there, "guest-9", STAFF, START, as_volunteer=False).aggregate
    assert (gone.walked_in, gone.free) == (0, 2)
    with pytest.raises(LeftAlready):
        walk_in(gone, "guest-9", WalkIn(), STAFF, START + MINUTE)
    back = took(gone, lambda a: check_in(a, "guest-9", STAFF, START + MINUTE, approved=False, as_volunteer=False))
    assert (back.aggregate.walked_in, back.aggregate.free, back.aggregate.attended) == (2, 0, 2)


def test_walk_ins_take_places_of_their_ticket_group() -> None:
    groups = ({"group": "elders", "zh": "老人", "capacity": 1}, {"group": "others", "zh": "其他", "capacity": 3})
    made = activity(details=ActivityDetails.model_validate({"terms": {"groups": groups}}))
    there = _came(made, group="elders").aggregate
    assert (there.free_in("elders"), there.free_in("others"), there.free) == (0, 3, 3)
    asked = Register(groups=(GroupOf(group="elders", heads=1),))
    waits = registrations.register(there, "resident-1", 1, resident(1), DOOR, asked=asked)
    assert isinstance(waits.events[0], ActivityWaitlisted)
    with pytest.raises(GroupsUnclear):
        walk_in(made, "guest-8", WalkIn(group="nobody"), STAFF, DOOR)


def test_who_waits_and_comes_is_let_in_and_waits_no_more() -> None:
    came = _came(_with(1, 1, 1, 1), "resident-3")
    assert [type(e) for e in came.events] == [ActivityPromoted, ActivityCheckedIn]
    there = came.aggregate
    party = there.party_of("resident-3")
    assert party is not None
    assert (party.guest, party.reason, there.position_of("resident-3")) == (True, seats.AT_THE_DOOR, None)
    assert (there.taken, there.walked_in, there.above_capacity) == (1, 1, 1)
    assert there.position_of("resident-2") == 1


def test_who_waited_and_was_let_in_by_mistake_waits_where_they_waited_before() -> None:
    made = activity(capacity=1)
    for n in range(1, 5):
        made = registrations.register(made, f"resident-{n}", 1, resident(n), NOW + n * MINUTE).aggregate
    for n in (2, 3):
        there = _came(made, f"resident-{n}").aggregate
        struck = took(there, lambda a, n=n: strike(a, f"resident-{n}", STAFF, DOOR))  # type: ignore[misc]
        assert [type(e) for e in struck.events] == [ActivityPresenceCorrected, ActivityWaitlisted]
        assert (struck.aggregate.waiting, struck.aggregate.seated) == (made.waiting, made.seated)


def test_who_was_offered_a_seat_and_comes_takes_it() -> None:
    details = ActivityDetails.model_validate({"terms": {"promotion": Promotion.OFFER}})
    made = _with(1, 1, 1, details=details)
    offered = registrations.withdraw(made, "resident-1", resident(1), START - 3 * HOUR).aggregate
    there = _came(offered, "resident-2").aggregate
    assert (there.taken, there.walked_in, there.above_capacity) == (1, 0, 0)


def test_who_has_a_seat_walks_in_as_one_who_is_checked_in() -> None:
    there = _came(_with(3, 2), "resident-1", heads=3).aggregate
    (presence,) = there.presences
    assert (presence.walk_in, presence.heads, there.walked_in, there.free) == (False, 3, 1, 0)
    with pytest.raises(AlreadyCheckedIn):
        walk_in(there, "resident-1", WalkIn(), STAFF, DOOR)


def test_the_door_list_has_those_who_walked_in() -> None:
    there = _came(_with(3, 1), heads=2, label="路过的老人").aggregate
    listed = DoorList.of(Stored(there, 1), {})
    assert [(row.label, row.heads, row.present) for row in listed.rows] == [(None, 1, False), ("路过的老人", 2, True)]
    assert (listed.adults_present, listed.walked_in, listed.above_capacity) == (2, 2, 0)


def test_the_seat_of_who_is_there_is_not_given_on_whichever_way_it_is_asked() -> None:
    there = _present(_with(1, 1, 1), 1)
    with pytest.raises(AlreadyThere):
        registrations.withdraw(there, "resident-1", resident(1), DOOR)
    with pytest.raises(AlreadyThere):
        registrations.answer(there, "resident-1", resident(1), DOOR, comes=False)
    with pytest.raises(AlreadyThere):
        registrations.remove(there, "resident-1", STAFF, DOOR, "重复")
    corrected = took(there, lambda a: strike(a, "resident-1", STAFF, DOOR)).aggregate
    left = took(corrected, lambda a: registrations.withdraw(a, "resident-1", resident(1), DOOR))
    assert left.aggregate.party_of("resident-2") in left.aggregate.seated
    erased = erase_from_activity(there, "resident-1", DOOR).aggregate
    assert (erased.taken, len(erased.waiting)) == (1, 1)


def test_others_still_leave_when_somebody_is_there() -> None:
    there = _present(_with(2, 1, 1, 1), 1)
    left = took(there, lambda a: registrations.withdraw(a, "resident-2", resident(2), DOOR))
    assert [e.person for e in left.events if isinstance(e, ActivityPromoted)] == ["resident-3"]
    series = start("series-1", HOME, plan(), "FREQ=WEEKLY", STAFF, NOW).aggregate
    for n, seated in ((1, 2), (2, 2)):
        enrolment = enrol(f"enrolment-{n}", series, Enrol(), f"resident-{n}", resident(n), NOW).aggregate
        of_series = there.model_copy(update={"series": "series-1"})
        away = stay_away(of_series, enrolment, DOOR)
        assert (len(away.events) > 0) is (n == 2)
        assert away.aggregate.taken == seated


def test_who_is_there_is_asked_no_more_whether_another_day_suits() -> None:
    made = _with(1, 1, 1)
    asked = made.seated[0].model_copy(update={"agreed_on": NOW.date(), "asked_until": START})
    moved = made.model_copy(update={"seated": (asked,)})
    assert moved.answer_due == START
    came = _present(moved, 1)
    assert came.answer_due is None
    assert seats.lapse(came, START).events == ()


def test_a_capacity_that_is_raised_counts_who_walked_in() -> None:
    there = _came(_with(1, 1, 1), heads=2).aggregate
    raised = took(there, lambda a: change(a, Change(capacity=3), STAFF, DOOR))
    assert not [e for e in raised.events if isinstance(e, ActivityPromoted | ActivityRegistered)]
    enough = took(there, lambda a: change(a, Change(capacity=4), STAFF, DOOR))
    assert [e.person for e in enough.events if isinstance(e, ActivityPromoted)] == ["resident-2"]


def test_guests_above_the_capacity_take_places_until_they_leave() -> None:
    asked = Register(guest_reason="讲课老师的家属")
    made = _with(8, 7)
    there = took(made, lambda a: registrations.register(a, "guest-9", 2, STAFF, NOW, asked=asked)).aggregate
    assert (there.taken, there.guests, there.free, there.above_capacity) == (7, 2, 0, 1)
    waits = took(there, lambda a: registrations.register(a, "resident-2", 1, resident(2), NOW)).aggregate
    came = took(waits, lambda a: check_in(a, "guest-9", STAFF, DOOR, approved=False, as_volunteer=False)).aggregate
    listed = DoorList.of(Stored(came, 1), {})
    assert (listed.guests, listed.walked_in, listed.free, listed.above_capacity) == (2, 0, 0, 1)
    gone = took(came, lambda a: check_out(a, "guest-9", STAFF, DOOR + MINUTE, as_volunteer=False))
    assert [e.person for e in gone.events if isinstance(e, ActivityPromoted)] == ["resident-2"]
    larger = took(there, lambda a: change(a, Change(capacity=20), STAFF, NOW)).aggregate
    assert larger.free == 20 - 7 - 2


def test_the_desk_enters_a_party_from_a_list_on_paper_after_it_was_completed() -> None:
    over = complete(_with(8, 3, 2), STAFF, END).aggregate
    later, at = END + 2 * HOUR, START + MINUTE

    def enter(n: int, now: datetime, at: datetime | None) -> Decision[Activity]:
        return check_in(over, f"resident-{n}", STAFF, now, approved=False, as_volunteer=False, at=at)

    came = took(over, lambda _: enter(1, later, at))
    assert (came.aggregate.attended, came.aggregate.is_there("resident-1")) == (3, True)
    for now, when in ((later, None), (END + ENTERED_WITHIN + HOUR, at)):
        with pytest.raises(TooLateToCheckIn):
            enter(2, now, when)
    with pytest.raises(NotScheduled):
        check_in(over, "resident-2", STAFF, later, approved=True, as_volunteer=True, at=at)
    with pytest.raises(NotScheduled):
        check_in(came.aggregate, "resident-1", STAFF, later, approved=False, as_volunteer=False, at=at)


def test_the_printed_list_counts_the_children_of_who_walked_in() -> None:
    there = _came(_with(8, 3), heads=3, children=2).aggregate
    listed = DoorList.of(Stored(there, 1), {})
    assert ([row.young for row in listed.rows], listed.children_present) == ([0, 2], 2)
    assert "<td>3</td><td>2</td>" in printable(listed, NOTHING, "zh")
