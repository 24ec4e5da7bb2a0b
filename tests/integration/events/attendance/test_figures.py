"""Figures count heads of what is over, and hide what is small."""

from typing import Any

from services.chassis.store.aggregates import Aggregates, Cause
from services.events.activities.domain import ending, scheduling, staffing
from services.events.activities.domain.activity import Activity
from services.events.attendance.domain import attendance
from services.events.attendance.figures import hidden, told
from services.events.registrations import domain as registrations
from tests.integration.calling import Caller
from tests.unit.events.given import END, HOME, MINUTE, NOW, STAFF, START, plan, resident

ME = Cause("staff-1")


async def test_heads_are_counted_by_kind_and_small_numbers_hidden(
    api: Caller, activities: Aggregates[Activity]
) -> None:
    full = scheduling.schedule("activity-1", HOME, plan(capacity=12), "1", STAFF, NOW).aggregate
    for n, heads in ((1, 6), (2, 4), (3, 2), (4, 3)):
        full = registrations.register(full, f"resident-{n}", heads, resident(n), NOW).aggregate
    full = attendance.check_in(full, "resident-1", STAFF, START, approved=False, as_volunteer=False).aggregate
    over = ending.complete(full, STAFF, END)
    await activities.create("activity-1", lambda now: over, ME)
    await activities.create(
        "activity-2", lambda now: scheduling.schedule("activity-2", HOME, plan(), "1", STAFF, NOW), ME
    )
    asked: dict[str, Any] = {"from": NOW.isoformat(), "to": END.isoformat()}
    place = f"/communities/{HOME}/activity-figures"
    (figures,) = (await api.get(STAFF, place, **asked)).json()
    assert figures == {
        "of": "clinic",
        "activities": 1,
        "capacity": 12,
        "seated": 12,
        "attended": 6,
        "missed": 6,
        "waiting": None,
    }
    (by_building,) = (await api.get(STAFF, place, **asked, split="building")).json()
    assert by_building["of"] == "building-9"
    assert (await api.get(resident(1), place, **asked)).status_code == 403
    earlier: dict[str, Any] = {"from": NOW.isoformat(), "to": (START - MINUTE).isoformat()}
    assert (await api.get(STAFF, place, **earlier)).json() == []


async def test_who_helps_takes_no_part_and_their_seat_is_missed(api: Caller, activities: Aggregates[Activity]) -> None:
    """Six come, and six help, one of whom had registered with five others: they are missed, by kind and by age."""
    held = scheduling.schedule("activity-1", HOME, plan(capacity=12, volunteers_needed=6), "1", STAFF, NOW).aggregate
    for n in (1, 2):
        held = registrations.register(held, f"resident-{n}", 6, resident(n), NOW).aggregate
    helpers = ["resident-2", *(f"helper-{n}" for n in range(5))]
    held = staffing.staff(held, helpers, NOW).aggregate
    held = attendance.check_in(held, "resident-1", STAFF, START, approved=False, as_volunteer=False).aggregate
    for helper in helpers:
        held = attendance.check_in(held, helper, STAFF, START, approved=True, as_volunteer=True).aggregate
    over = ending.complete(held, STAFF, END)
    await activities.create("activity-1", lambda now: over, ME)
    asked: dict[str, Any] = {"from": NOW.isoformat(), "to": END.isoformat()}
    place = f"/communities/{HOME}/activity-figures"
    for split in ("kind", "age_band"):
        (row,) = (await api.get(STAFF, place, **asked, split=split)).json()
        assert (row["seated"], row["attended"], row["missed"]) == (12, 6, 6), split


def test_nothing_is_told_as_nothing_and_few_are_not_told() -> None:
    assert [hidden(count) for count in (0, 1, 4, 5)] == [0, None, None, 5]
    counts: dict[str, Any] = {
        "_id": None,
        "activities": 1,
        "capacity": 9,
        "seated": 5,
        "attended": 4,
        "missed": 1,
        "waiting": 0,
    }
    (alone,) = told([counts])
    assert (alone.of, alone.seated, alone.attended, alone.missed, alone.waiting) == (None, 5, None, None, 0)
    (one_missed,) = told([{**counts, "seated": 9, "attended": 8}])
    assert (one_missed.seated, one_missed.attended, one_missed.missed) == (9, None, None)


def test_one_number_that_is_hidden_takes_another_along_since_their_sum_is_told_elsewhere() -> None:
    rows = [
        {"_id": name, "activities": 1, "capacity": 50, "seated": n, "waiting": 0}
        for name, n in zip("abc", (3, 30, 9), strict=True)
    ]
    assert [row.seated for row in told(rows)] == [None, 30, None]
    two = [{**rows[0]}, {**rows[0], "_id": "d"}, rows[1]]
    assert [row.seated for row in told(two)] == [None, None, 30]
