"""Puts an activity into the store in which everything stands that an activity can hold of people."""

from collections.abc import Callable
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Cause
from services.events.activities.domain import scheduling, staffing
from services.events.activities.domain.activity import Activity
from services.events.attendance.domain import attendance
from services.events.registrations import domain as registrations
from tests.unit.events.given import HOME, NOW, STAFF, START, plan, resident

ME = Cause("staff-1")


def _registering(who: Principal, heads: int) -> Callable[[Activity, datetime], Decision[Activity]]:
    return lambda activity, now: registrations.register(activity, who.sub, heads, who, NOW)


async def peopled(activities: Aggregates[Activity], id: str = "activity-1") -> None:
    """Schedule an activity with one party seated, one waiting, one helper, and the helper there."""
    await activities.create(
        id, lambda now: scheduling.schedule(id, HOME, plan(), "314159", STAFF, NOW), Cause("staff-1")
    )
    for n, heads in ((1, 3), (2, 2)):
        await activities.change(id, _registering(resident(n), heads), ME)
    await activities.change(id, lambda a, now: staffing.staff(a, ["helper-1"], NOW), ME)
    await activities.change(
        id, lambda a, now: attendance.check_in(a, "helper-1", STAFF, START, approved=True, as_volunteer=True), ME
    )
