"""What is shown of a registration is true of the activity as it is: cancelled, over, or too small for the party."""

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityDetails, ActivityPromoted
from services.events.activities.domain import ending
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Change, change, effect
from services.events.activities.domain.parties import Presence
from services.events.activities.views import public_fields
from services.events.attendance.views import RosterView
from services.events.registrations import domain as registrations
from services.events.registrations.domain import GroupOf, Register
from services.events.registrations.views import RegistrationView
from tests.unit.events.given import END, NOW, STAFF, START, activity, resident
from tests.unit.events.lawful import took


def _with(capacity: int, *parties: int) -> Activity:
    made = activity(capacity=capacity)
    for n, heads in enumerate(parties, 1):
        made = registrations.register(made, f"resident-{n}", heads, resident(n), NOW).aggregate
    return made


def test_after_a_cancellation_nobody_is_registered_or_waits() -> None:
    cancelled = ending.cancel(_with(1, 1, 1), STAFF, NOW, None).aggregate
    views = [RegistrationView.of(cancelled, f"resident-{n}") for n in (1, 2)]
    assert [(view.status, view.position, view.answer) for view in views] == [("cancelled", None, None)] * 2
    shown = public_fields(Stored(cancelled, 1))
    assert (shown["free"], shown["waiting"]) == (0, 0)


def test_who_waited_to_the_end_had_no_seat() -> None:
    over = ending.complete(_with(1, 1, 1), STAFF, END).aggregate
    views = [RegistrationView.of(over, f"resident-{n}") for n in (1, 2)]
    assert [(view.status, view.position) for view in views] == [("registered", None), ("not-seated", None)]


def test_once_an_activity_is_over_a_party_reads_whether_it_came() -> None:
    came = Presence(person="resident-1", as_volunteer=False, heads=1, arrived_at=START, by="staff-1")
    begun = _with(2, 1, 1, 1).model_copy(update={"presences": (came,)})
    over = ending.complete(begun, STAFF, END).aggregate
    told = [[RegistrationView.of(each, f"resident-{n}").came for n in (1, 2, 3)] for each in (begun, over)]
    assert told == [[None, None, None], [True, False, None]]


def test_a_party_that_is_too_large_by_now_is_marked_and_holds_nobody_up() -> None:
    waits = _with(4, 4, 3, 1)
    lowered = took(waits, lambda a: change(a, Change(capacity=2), STAFF, NOW))
    assert effect(waits, lowered).cannot_fit == 1
    there = lowered.aggregate
    assert (there.cannot_fit, RosterView.of(Stored(there, 1), None).cannot_fit) == (("resident-2",), ("resident-2",))
    assert [RegistrationView.of(there, f"resident-{n}").can_fit for n in (1, 2, 3)] == [True, False, True]
    left = took(there, lambda a: registrations.withdraw(a, "resident-1", resident(1), NOW))
    assert [e.person for e in left.events if isinstance(e, ActivityPromoted)] == ["resident-3"]
    raised = took(left.aggregate, lambda a: change(a, Change(capacity=4), STAFF, NOW))
    assert [e.person for e in raised.events if isinstance(e, ActivityPromoted)] == ["resident-2"]


def test_who_waits_in_a_group_that_is_no_more_waits_for_any_seat() -> None:
    groups = ({"group": "a", "zh": "甲", "capacity": 1}, {"group": "b", "zh": "乙", "capacity": 3})
    made = activity(capacity=2, details=ActivityDetails.model_validate({"terms": {"groups": groups}}))
    asked = Register(groups=(GroupOf(group="a", heads=1),))
    for n in (1, 2):
        made = registrations.register(made, f"resident-{n}", 1, resident(n), NOW, asked=asked).aggregate
    assert made.position_of("resident-2") == 1
    without = took(made, lambda a: change(a, Change(details=ActivityDetails()), STAFF, NOW))
    assert [e.person for e in without.events if isinstance(e, ActivityPromoted)] == ["resident-2"]


def test_who_waits_reads_why_others_stand_before_them_against_the_published_order() -> None:
    put = took(_with(1, 1, 1, 1), lambda a: registrations.move_up(a, "resident-3", STAFF, NOW, 1, "行动不便"))
    seated, second, first = (RegistrationView.of(put.aggregate, f"resident-{n}") for n in (1, 2, 3))
    assert [(view.position, view.exceptions) for view in (second, first)] == [(2, ("行动不便",)), (1, ("行动不便",))]
    assert seated.exceptions == ()
    cancelled = ending.cancel(put.aggregate, STAFF, NOW, None).aggregate
    assert RegistrationView.of(cancelled, "resident-2").exceptions == ()
