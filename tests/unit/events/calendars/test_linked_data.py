"""The linked data of an activity, by the words of schema.org."""

from datetime import datetime
from typing import Any

import orjson

from services.chassis.store.aggregates import Stored
from services.contracts.activities import Accessibility, ActivityDetails, Admits
from services.events.activities.domain import ending, scheduling, staffing
from services.events.activities.domain.activity import Activity
from services.events.calendars.linked_data import linked_data
from services.events.registrations import domain as registrations
from tests.unit.events.given import END, HOUR, NOW, STAFF, START, activity, resident

URL = "https://sunshine.example"


def _peopled() -> Activity:
    a = registrations.register(activity(), "resident-1", 2, resident(1), NOW).aggregate
    a = registrations.register(a, "resident-2", 3, resident(2), NOW).aggregate
    return staffing.staff(a, ["helper-1"], NOW).aggregate


def _linked(a: Activity) -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(linked_data(Stored(a, 1), URL))
    return read


def test_linked_data_tells_seats_time_and_state() -> None:
    event = _linked(_peopled())
    assert (event["@context"], event["@type"]) == (["https://schema.org", "https://openactive.io/"], "Event")
    assert datetime.fromisoformat(event["startDate"]) == START
    assert event["startDate"].endswith("+08:00")
    assert (event["maximumAttendeeCapacity"], event["remainingAttendeeCapacity"]) == (4, 2)
    assert event["eventStatus"] == "https://schema.org/EventScheduled"


def test_linked_data_of_a_moved_activity_says_from_when() -> None:
    moved = scheduling.move(
        activity(), STAFF, NOW, starts_at=START + HOUR, ends_at=END + HOUR, venue="garden", building=None
    ).aggregate
    event = _linked(moved)
    assert event["eventStatus"] == "https://schema.org/EventRescheduled"
    assert [datetime.fromisoformat(moment) for moment in event["previousStartDate"]] == [START]
    cancelled = _linked(ending.cancel(moved, STAFF, NOW, None).aggregate)
    assert cancelled["eventStatus"] == "https://schema.org/EventCancelled"


def test_linked_data_can_stand_in_a_page() -> None:
    title = "</script><script>alert(1)</script><!-- ]]> & \u2028"
    body = linked_data(Stored(activity(title=title), 1), URL)
    assert not any(part in body.lower() for part in (b"</script", b"<!--", b"]]>", b"<", b"&"))
    assert orjson.loads(body)["name"].splitlines() == title.splitlines()


def test_for_whom_it_is_stands_in_the_words_of_openactive() -> None:
    details = ActivityDetails(
        description="瑜伽", max_age=60, admits=Admits.WOMEN, accessibility=(Accessibility.LIFT,), hosted_by="康乐队"
    )
    event = _linked(activity(min_age=18, details=details))
    assert event["ageRange"] == {"@type": "QuantitativeValue", "minValue": 18, "maxValue": 60}
    assert (event["typicalAgeRange"], event["genderRestriction"]) == ("18-60", "https://openactive.io/FemaleOnly")
    assert event["accessibilitySupport"] == [{"@type": "Concept", "identifier": "lift"}]
    assert (event["organizer"]["name"], event["description"]) == ("康乐队", "瑜伽")
    assert "ageRange" not in _linked(activity())
