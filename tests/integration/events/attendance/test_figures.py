"""Figures count heads of what is over, in multiples of five, by a chance that is the same whenever and however it is
asked."""

from typing import Any

from services.chassis.store.aggregates import Aggregates, Cause
from services.events.activities.domain import ending, scheduling, staffing
from services.events.activities.domain.activity import Activity
from services.events.attendance.domain import attendance
from services.events.attendance.domain.rounding import Whole, in_steps
from services.events.attendance.figures import Split, chance_with
from services.events.registrations import domain as registrations
from tests.integration.calling import Caller
from tests.unit.events.given import END, HOME, MINUTE, NOW, STAFF, START, plan, resident

ME = Cause("staff-1")
PLACE = f"/communities/{HOME}/activity-figures"
ASKED: dict[str, Any] = {"from": NOW.isoformat(), "to": END.isoformat()}


async def test_heads_are_counted_in_steps_and_every_split_tells_the_same(
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
    chance = chance_with(await activities.secret())
    came, missed = in_steps([6, 6], chance("activity-1", Whole.SEATS))
    (waiting,) = in_steps([3], chance("activity-1", Whole.WAITING))
    shown = {"seated": came + missed, "attended": came, "missed": missed, "waiting": waiting}
    for split, of in ((Split.KIND, "clinic"), (Split.BUILDING, "building-9"), (Split.MIN_AGE, None)):
        (row,) = (await api.get(STAFF, PLACE, **ASKED, split=split)).json()
        assert row == {"of": of, "activities": 1, "capacity": 12, **shown}
    (by_age,) = (await api.get(STAFF, PLACE, **ASKED, split="age_band")).json()
    assert by_age == {"of": "not-known", "activities": None, "capacity": None, **shown}
    assert (await api.get(resident(1), PLACE, **ASKED)).status_code == 403
    earlier: dict[str, Any] = {"from": NOW.isoformat(), "to": (START - MINUTE).isoformat()}
    assert (await api.get(STAFF, PLACE, **earlier)).json() == []


async def test_who_helps_takes_no_part_and_their_seat_is_missed(api: Caller, activities: Aggregates[Activity]) -> None:
    """Five come, and six help, one of whom had registered with four others: they are missed, by kind and by age."""
    held = scheduling.schedule("activity-1", HOME, plan(capacity=10, volunteers_needed=6), "1", STAFF, NOW).aggregate
    for n in (1, 2):
        held = registrations.register(held, f"resident-{n}", 5, resident(n), NOW).aggregate
    helpers = ["resident-2", *(f"helper-{n}" for n in range(5))]
    held = staffing.staff(held, helpers, NOW).aggregate
    held = attendance.check_in(held, "resident-1", STAFF, START, approved=False, as_volunteer=False).aggregate
    for helper in helpers:
        held = attendance.check_in(held, helper, STAFF, START, approved=True, as_volunteer=True).aggregate
    over = ending.complete(held, STAFF, END)
    await activities.create("activity-1", lambda now: over, ME)
    for split in ("kind", "age_band"):
        (row,) = (await api.get(STAFF, PLACE, **ASKED, split=split)).json()
        assert (row["seated"], row["attended"], row["missed"]) == (10, 5, 5), "multiples of five stay as they are"


def test_chances_are_spread_and_follow_from_the_secret() -> None:
    chance = chance_with(b"1" * 32)
    drawn = [chance(f"activity-{n}", whole) for n in range(200) for whole in Whole]
    assert {drawn.count(n) > 60 for n in range(5)} == {True}
    assert drawn == [chance(f"activity-{n}", whole) for n in range(200) for whole in Whole]
    another = chance_with(b"2" * 32)
    assert drawn != [another(f"activity-{n}", whole) for n in range(200) for whole in Whole]
