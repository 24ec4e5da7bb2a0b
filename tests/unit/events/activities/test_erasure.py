"""After erasure nothing leads to the person, and the figures stay."""

from services.events.activities.domain import ending, staffing
from services.events.activities.domain.erasure import erase_from_activity
from services.events.attendance.domain.attendance import check_in
from services.events.registrations import domain as registrations
from tests.unit.events.given import (
    END,
    GRID,
    HOUR,
    NOW,
    STAFF,
    START,
    activity,
    person,
    resident,
)
from tests.unit.events.lawful import took


def test_seats_ahead_become_free_and_helpers_leave() -> None:
    full = registrations.register(activity(capacity=2), "resident-1", 2, resident(1), NOW).aggregate
    full = registrations.register(full, "resident-2", 1, resident(2), NOW).aggregate
    full = staffing.staff(full, ["resident-1", "helper-2"], NOW).aggregate
    erased = took(full, lambda a: erase_from_activity(a, "resident-1", NOW)).aggregate
    assert [p.person for p in erased.seated] == ["resident-2"]
    assert erased.volunteers == ("helper-2",)
    assert "resident-1" not in erased.model_dump_json()


def test_the_past_keeps_its_figures() -> None:
    me = person("me")
    past = registrations.register(activity(organiser="me"), "me", 2, me, NOW).aggregate
    past = registrations.register(past, "resident-2", 1, me, NOW).aggregate
    past = staffing.staff(past, ["me", "helper-2"], NOW).aggregate
    past = check_in(past, "me", me, START, approved=True, as_volunteer=True).aggregate
    past = check_in(past, "resident-2", me, START, approved=True, as_volunteer=False).aggregate
    past = ending.complete(past, STAFF, END).aggregate
    decision = took(past, lambda a: erase_from_activity(a, "me", END + HOUR))
    erased = decision.aggregate
    assert '"me"' not in erased.model_dump_json()
    assert '"me"' not in "".join(e.model_dump_json() for e in decision.events)
    assert (erased.taken, erased.attended) == (past.taken, past.attended)
    assert erased.volunteers == ("erased-1", "helper-2")
    assert [p.minutes for p in erased.presences] == [p.minutes for p in past.presences]


def test_two_erased_people_stay_two() -> None:
    past = staffing.staff(activity(), ["helper-1", "helper-2"], NOW).aggregate
    past = erase_from_activity(past, "helper-1", END).aggregate
    assert erase_from_activity(past, "helper-2", END).aggregate.volunteers == ("erased-1", "erased-2")


def test_an_activity_that_does_not_name_the_person_is_left_as_it_is() -> None:
    assert took(activity(), lambda a: erase_from_activity(a, "nobody", NOW)).events == ()


def test_somebody_who_only_worked_at_the_desk_is_taken_out_too() -> None:
    ready = staffing.staff(activity(), ["helper-1"], NOW).aggregate
    came = check_in(ready, "helper-1", GRID, START, approved=True, as_volunteer=True).aggregate
    erased = took(came, lambda a: erase_from_activity(a, GRID.sub, END)).aggregate
    assert GRID.sub not in erased.model_dump_json()
    assert erased.presences[0].person == "helper-1"
