"""The linked data of an activity, by the words of schema.org."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import orjson
import pytest

from services.chassis.store.aggregates import Stored
from services.contracts.activities import Accessibility, ActivityDetails, Admits
from services.events.activities.domain import ending, scheduling, staffing
from services.events.activities.domain.activity import Activity
from services.events.calendars.linked_data import linked_data
from services.events.names.store import CommunityNames
from services.events.names.words import Name
from services.events.registrations import domain as registrations
from services.events.series.domain import changing
from services.events.series.domain import series as all_series
from services.events.series.domain.revision import Revision
from tests.unit.events.given import END, HOME, HOUR, NOW, STAFF, START, activity, plan, resident

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


def test_whole_days_are_days_and_the_last_one_is_told() -> None:
    midnight = datetime(2027, 10, 7, 16, 0, tzinfo=UTC)
    fair = _linked(activity(all_day=True, starts_at=midnight, ends_at=midnight + timedelta(days=2)))
    assert (fair["startDate"], fair["endDate"]) == ("2027-10-08", "2027-10-09")


def test_what_no_host_is_named_for_is_organised_by_the_community_by_its_name() -> None:
    known = CommunityNames(called=Name(zh="阳光社区", en="Sunshine Community"))
    told = orjson.loads(linked_data(Stored(activity(), 1), URL, known))["organizer"]
    assert (told["name"], told["alternateName"]["@value"]) == ("阳光社区", "Sunshine Community")


def test_a_venue_is_told_with_the_building_in_which_it_stands() -> None:
    here = activity(building=None)
    known = CommunityNames(
        buildings={"building-5": Name(zh="5号楼"), "building-9": Name(zh="9号楼")}, standing={here.venue: "building-5"}
    )
    for building, name in ((None, "5号楼"), ("building-9", "9号楼")):
        told = orjson.loads(linked_data(Stored(activity(building=building), 1), URL, known))["location"]
        assert told["containedInPlace"]["name"] == name


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SA;COUNT=6", {"repeatFrequency": "P2W", "repeatCount": 6}),
        ("FREQ=MONTHLY;BYDAY=1SA", {"repeatFrequency": "P1M", "byDay": ["1SA"]}),
        ("FREQ=MONTHLY;BYMONTHDAY=7;UNTIL=20270301", {"byMonthDay": [7], "endDate": "2027-03-01"}),
        ("FREQ=DAILY;UNTIL=20260401T010000Z", {"repeatFrequency": "P1D", "endDate": "2026-04-01"}),
        ("FREQ=DAILY;UNTIL=20260401T000000Z", {"endDate": "2026-03-31"}),
        ("FREQ=MONTHLY;BYDAY=SA;BYSETPOS=1", None),
    ],
)
def test_a_date_of_a_series_tells_its_rule_where_the_vocabulary_has_words_for_it(
    rule: str, told: dict[str, Any] | None
) -> None:
    series = all_series.start("series-1", HOME, plan(), rule, STAFF, NOW).aggregate
    dated = activity().model_copy(update={"series": "series-1"})
    whole = orjson.loads(linked_data(Stored(dated, 1), URL, series=series))["superEvent"]
    assert (whole["name"], whole["@id"]) == ("每月义诊", f"{URL}/api/events/v1/series/series-1")
    if told is None:
        assert "eventSchedule" not in whole
        return
    schedule = whole["eventSchedule"]
    assert {**schedule, **told} == schedule
    assert (schedule["startTime"], schedule["endTime"], schedule["startDate"]) == ("09:00", "11:00", "2026-03-07")


def test_a_date_tells_the_hours_that_its_series_has_by_then_and_which_dates_fall_out() -> None:
    series = all_series.start("series-1", HOME, plan(), "FREQ=WEEKLY;BYDAY=SA", STAFF, NOW).aggregate
    series = changing.pause(series, date(2026, 4, 10), date(2026, 4, 24), STAFF, NOW, "春假").aggregate
    later = Revision(since=date(2026, 4, 4), at=time(14, 30), minutes=45)
    series = changing.revise(series, later, STAFF, NOW).aggregate
    told = []
    for on in (date(2026, 3, 7), date(2026, 4, 25)):
        dated = activity().model_copy(update={"series": "series-1", "occurrence": on})
        told.append(orjson.loads(linked_data(Stored(dated, 1), URL, series=series))["superEvent"]["eventSchedule"])
    before, after = told
    assert (before["startDate"], before["endDate"]) == ("2026-03-07", "2026-03-28")
    assert (before["startTime"], before["endTime"], "exceptDate" in before) == ("09:00", "11:00", False)
    assert (after["startDate"], "endDate" in after) == ("2026-04-04", False)
    assert (after["startTime"], after["endTime"]) == ("14:30", "15:15")
    assert after["exceptDate"] == ["2026-04-11", "2026-04-18"]
