"""The calendar read back by the library that calendars use, and the linked data by its own words."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import recurring_ical_events
from icalendar import Calendar

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityDetails
from services.events.activities.domain import ending, scheduling, staffing
from services.events.activities.domain.activity import Activity
from services.events.calendars.icalendar import Shown, calendar
from services.events.calendars.linked_data import linked_data
from services.events.names.store import CommunityNames
from services.events.names.words import Name
from services.events.registrations import domain as registrations
from tests.unit.events.given import END, HOUR, NOW, ORGANISER, STAFF, START, activity, resident

URL = "https://sunshine.example"


def _read(*activities: tuple[Activity, int]) -> list[Any]:
    body = calendar(Shown("sunshine", [Stored(a, version) for a, version in activities], URL))
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    parsed = Calendar.from_ical(body)
    assert [str(zone["tzid"]) for zone in parsed.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    return list(parsed.walk("VEVENT"))


def _peopled() -> Activity:
    a = registrations.register(activity(), "resident-1", 2, resident(1), NOW).aggregate
    a = registrations.register(a, "resident-2", 3, resident(2), NOW).aggregate
    return staffing.staff(a, ["helper-1"], NOW).aggregate


def test_an_entry_is_when_and_where_it_is() -> None:
    (entry,) = _read((activity(title="义诊, 每月; 第一个\n星期六"), 7))
    assert entry["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert entry["dtstart"].dt == START
    assert entry["dtstart"].dt.utcoffset() == timedelta(hours=8)
    assert entry["dtend"].dt == END
    assert str(entry["summary"]) == "义诊, 每月; 第一个\n星期六"
    assert str(entry["location"]) == "committee-hall"
    assert (str(entry["uid"]), entry["sequence"], str(entry["status"])) == (
        "activity-1@events.community",
        0,
        "CONFIRMED",
    )
    assert entry["dtstamp"].dt == NOW


def test_the_place_of_an_entry_is_its_venue_and_the_building_in_which_that_stands() -> None:
    known = CommunityNames(
        venues={"committee-hall": Name(zh="社区活动室", en="Hall")},
        buildings={"building-5": Name(zh="5号楼")},
        standing={"committee-hall": "building-5"},
    )
    for private in (False, True):
        of = Stored(activity(building=None, private=private), 1)
        body = calendar(Shown("sunshine", [of], URL, names={of.aggregate.community: known}))
        (entry,) = Calendar.from_ical(body).walk("VEVENT")
        assert str(entry["location"]) == "社区活动室 Hall, 5号楼"


def test_an_entry_says_what_to_bring_in_both_languages() -> None:
    (entry,) = _read((activity(details=ActivityDetails(bring="医保卡", bring_en="Insurance card")), 1))
    assert str(entry["description"]) == "Free clinic\n医保卡\nInsurance card"


def test_a_moved_and_a_cancelled_activity_keep_their_uid() -> None:
    before = activity()
    moved = scheduling.move(
        before, STAFF, NOW, starts_at=START + HOUR, ends_at=END + HOUR, venue="garden", building=None
    ).aggregate
    cancelled = ending.cancel(moved, STAFF, NOW, None).aggregate
    first, second, third = (_read(pair)[0] for pair in ((before, 1), (moved, 2), (cancelled, 3)))
    assert str(first["uid"]) == str(second["uid"]) == str(third["uid"])
    assert second["dtstart"].dt == START + HOUR
    assert str(third["status"]) == "CANCELLED"
    assert [entry["sequence"] for entry in (first, second, third)] == [0, 1, 2]


def test_neither_calendar_nor_linked_data_names_anybody_or_tells_the_code() -> None:
    stored = Stored(_peopled(), 4)
    for body in (calendar(Shown("sunshine", [stored], URL)), linked_data(stored, URL)):
        text = body.replace(b"\r\n ", b"").decode()
        for secret in ("resident-", "helper-", ORGANISER.sub, "314159"):
            assert secret not in text


def test_the_same_activities_make_the_same_calendar() -> None:
    assert calendar(Shown("sunshine", [Stored(activity(), 1)], URL)) == calendar(
        Shown("sunshine", [Stored(activity(), 1)], URL)
    )


def test_an_empty_calendar_is_one() -> None:
    assert Calendar.from_ical(calendar(Shown("sunshine", [], URL))).walk("VEVENT") == []


UNFIT = "".join(map(chr, (0, 8, 0x1B, 0x85, 0xFFFE, 0x202E)))


def test_control_characters_kept_from_before_reach_no_calendar() -> None:
    kept = activity().model_copy(update={"title": f"义{UNFIT}诊\r春\u2028季", "title_en": f"Cli{UNFIT}nic"})
    (entry,) = _read((kept, 1))
    assert (str(entry["summary"]), str(entry["description"])) == ("义诊\n春\n季", "Clinic")
    told = orjson.loads(linked_data(Stored(kept, 1), URL))
    assert (told["name"], told["alternateName"]["@value"]) == ("义诊\n春\n季", "Clinic")


def test_a_registration_is_no_change_that_a_calendar_shows() -> None:
    (before,), (after,) = _read((activity(), 1)), _read((_peopled(), 4))
    assert before["sequence"] == after["sequence"]


def test_what_a_calendar_reminds_of_is_said_in_personal_ones_alone() -> None:
    terms = ActivityDetails.model_validate({"terms": {"reminder_hours": [48, 3]}})
    silent = ActivityDetails.model_validate({"terms": {"reminder_hours": []}})
    cancelled = ending.cancel(activity(), STAFF, NOW, None).aggregate
    alarms: list[list[Any]] = [
        Calendar.from_ical(calendar(Shown("mine", [Stored(each, 1)], URL, reminds=reminds))).walk("VALARM")
        for each, reminds in (
            (activity(), False),
            (activity(), True),
            (activity(details=terms), True),
            (activity(details=silent), True),
            (cancelled, True),
        )
    ]
    assert [[each["trigger"].dt for each in found] for found in alarms] == [[], [-2 * HOUR], [-3 * HOUR], [], []]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
def test_whole_days_are_days_whatever_the_zone_of_the_machine(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        midnight = datetime(2027, 10, 7, 16, 0, tzinfo=UTC)
        for days, end in ((1, b"20271009"), (2, b"20271010")):
            fair = activity(all_day=True, starts_at=midnight, ends_at=midnight + timedelta(days=days))
            body = calendar(Shown("sunshine", [Stored(fair, 1)], URL))
            assert b"DTSTART;VALUE=DATE:20271008\r\n" in body
            assert b"DTEND;VALUE=DATE:" + end + b"\r\n" in body
            shown = recurring_ical_events.of(Calendar.from_ical(body)).between((2027, 10, 1), (2027, 10, 31))
            assert len(shown) == 1
            on_days = [
                day for day in range(1, 31) if recurring_ical_events.of(Calendar.from_ical(body)).at((2027, 10, day))
            ]
            assert on_days == [8, 9][:days]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_long_lines_are_folded_by_octets_and_between_characters() -> None:
    body = calendar(Shown("sunshine", [Stored(activity(title="阳" * 30), 1)], URL))
    lines = body.split(b"\r\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(b"SUMMARY:"))
    assert len(lines[at]) == 74
    assert lines[at].decode() + lines[at + 1][1:].decode() == "SUMMARY:" + "阳" * 30


@pytest.mark.parametrize("padding", range(60, 67))
@pytest.mark.parametrize("char", ["健", "𠮷"])
def test_a_fold_on_an_escaped_line_break_is_read_back_exactly(padding: int, char: str) -> None:
    text = "a" * padding + "\n" + char * 5
    (entry,) = _read((activity(title_en=None, details=ActivityDetails(description=text)), 1))
    assert str(entry["description"]) == text
    body = calendar(Shown("s", [Stored(activity(title_en=None, details=ActivityDetails(description=text)), 1)], URL))
    for line in body.split(b"\r\n"):
        line.decode()
