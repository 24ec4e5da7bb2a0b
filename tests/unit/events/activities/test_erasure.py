"""After erasure nothing leads to the person, and the figures stay."""

from services.events.activities.domain import scheduling, staffing
from services.events.activities.domain.erasure import erase_from_activity, erase_from_series
from services.events.attendance.domain.attendance import check_in
from services.events.registrations import domain
from services.events.series.domain.series import start
from tests.unit.events.given import (
    END,
    GRID,
    HOME,
    HOUR,
    NOW,
    ORGANISER,
    STAFF,
    START,
    activity,
    person,
    plan,
    resident,
    took,
)


def test_seats_ahead_become_free_and_helpers_leave() -> None:
    full = domain.register(activity(capacity=2), "resident-1", 2, resident(1), NOW).aggregate
    full = domain.register(full, "resident-2", 1, resident(2), NOW).aggregate
    full = staffing.staff(full, ["resident-1", "helper-2"], NOW).aggregate
    erased = took(full, lambda a: erase_from_activity(a, "resident-1", NOW)).aggregate
    assert [p.person for p in erased.seated] == ["resident-2"]
    assert erased.volunteers == ("helper-2",)
    assert "resident-1" not in erased.model_dump_json()


def test_the_past_keeps_its_figures() -> None:
    me = person("me")
    past = domain.register(activity(organiser="me"), "me", 2, me, NOW).aggregate
    past = domain.register(past, "resident-2", 1, me, NOW).aggregate
    past = staffing.staff(past, ["me", "helper-2"], NOW).aggregate
    past = check_in(past, "me", me, START, approved=True, as_volunteer=True).aggregate
    past = check_in(past, "resident-2", me, START, approved=True, as_volunteer=False).aggregate
    past = scheduling.complete(past, STAFF, END).aggregate
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


def test_without_a_trace_nothing_changes() -> None:
    assert took(activity(), lambda a: erase_from_activity(a, "nobody", NOW)).events == ()


def test_a_series_goes_on_without_its_organisers_name() -> None:
    series = start("series-1", HOME, plan(), "FREQ=WEEKLY", STAFF, NOW).aggregate
    assert took(series, lambda s: erase_from_series(s, ORGANISER.sub)).aggregate.organiser == "erased-1"
    assert took(series, lambda s: erase_from_series(s, "nobody")).events == ()


def test_who_only_worked_at_the_desk_is_found_too() -> None:
    ready = staffing.staff(activity(), ["helper-1"], NOW).aggregate
    came = check_in(ready, "helper-1", GRID, START, approved=True, as_volunteer=True).aggregate
    erased = took(came, lambda a: erase_from_activity(a, GRID.sub, END)).aggregate
    assert GRID.sub not in erased.model_dump_json()
    assert erased.presences[0].person == "helper-1"
