"""Helpers of an activity are whom the volunteers service names, as long as the activity is ahead."""

from services.events.activities.domain import ending, staffing
from tests.unit.events.given import NOW, STAFF, activity
from tests.unit.events.lawful import took


def test_staffing_comes_and_goes() -> None:
    staffed = took(activity(), lambda a: staffing.staff(a, ["helper-1", "helper-2"], NOW)).aggregate
    assert staffed.volunteers == ("helper-1", "helper-2")
    assert took(staffed, lambda a: staffing.staff(a, ["helper-1", "helper-2"], NOW)).events == ()
    left = took(staffed, lambda a: staffing.unstaff(a, ["helper-2"], NOW)).aggregate
    assert left.volunteers == ("helper-2",)
    cancelled = ending.cancel(left, STAFF, NOW, None).aggregate
    assert took(cancelled, lambda a: staffing.staff(a, ["helper-3"], NOW)).events == ()
