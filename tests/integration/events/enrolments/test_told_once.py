"""A command about a series, from its request to the inboxes: each person has one message of it, true for them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.contracts.activities import (
    ActivityCancelled,
    ActivityMoved,
    ActivityRegistered,
    ActivityScheduled,
    ActivityWaitlisted,
    EnrolmentCalledOff,
    EnrolmentDatesCalledOff,
    EnrolmentMade,
)
from services.contracts.envelope import to_headers
from services.contracts.topics import ACTIVITIES
from services.notify.notices.gathering import QUIET
from services.notify.notices.wording import Wording
from services.notify.settings import NotifySettings
from tests.integration import standing
from tests.integration.calling import Caller
from tests.integration.databases import Databases
from tests.integration.events.calling import an_activity
from tests.integration.notify.house import House, a_house
from tests.integration.notify.records import Record
from tests.integration.wire import Wire
from tests.unit.events.given import NOW, STAFF, resident
from tests.unit.notify.given import NAMES


@pytest.fixture
async def house(databases: Databases, mongodb_url: str, development_key: Path) -> AsyncIterator[House]:
    """Notify, which reads what the test hands it."""
    with databases.lent("notify") as name:
        settings = standing.settings_for(NotifySettings, mongodb_url, name, development_key)
        async with a_house(settings) as house:
            house.now = NOW
            yield house


async def test_enrolling_moving_and_calling_off_are_a_message_each(running: tuple[Caller, Wire], house: House) -> None:
    api, wire = running
    body = an_activity(rule="FREQ=WEEKLY;BYDAY=SA;COUNT=5", title="四点半小课堂", capacity=1, volunteers_needed=0)
    series = (await api.ok(STAFF, "/series", body))["id"]
    await wire.wait_for_many(5, ActivityScheduled, series=series)
    left_out = {"left_out": ["2026-03-07", "2026-03-14"]}
    await api.ok(resident(1), f"/series/{series}/enrolments", left_out)
    await wire.wait_for_many(3, ActivityRegistered, person="resident-1")
    await api.ok(resident(2), f"/series/{series}/enrolments", {})
    await wire.wait_for_many(3, ActivityWaitlisted, person="resident-2")
    await wire.wait_for_many(2, ActivityRegistered, person="resident-2")
    await wire.wait_for_many(2, EnrolmentMade, title="四点半小课堂")
    assert await _told(house, wire) == {
        ("resident-1", "series-enrolled"): ["registration-confirmed"] * 3 + ["series-enrolled"],
        ("resident-2", "series-enrolled"): ["registration-confirmed"] * 2
        + ["registration-waiting"] * 3
        + ["series-enrolled"],
    }
    await api.ok(STAFF, f"/series/{series}/change", {"scope": "all", "at": "10:30:00"})
    await wire.wait_for_many(5, ActivityMoved)
    assert await _told(house, wire) == {
        ("resident-1", "activity-moved"): ["activity-moved"] * 3,
        ("resident-2", "activity-moved"): ["activity-moved"] * 5,
    }
    await api.ok(STAFF, f"/series/{series}/end", {"reason": "老师离职"})
    await wire.wait_for_many(5, ActivityCancelled)
    await wire.wait_for_many(2, EnrolmentCalledOff)
    assert await _told(house, wire) == {
        ("resident-1", "class-called-off"): ["activity-cancelled"] * 3 + ["class-called-off"],
        ("resident-2", "class-called-off"): ["activity-cancelled"] * 5 + ["class-called-off"],
    }
    about = {each["state"]["about"] for each in await house.everything() if each["state"]["channel"] == "inbox"}
    assert about == {series}
    last = await house.notices.select({"state.recipient": "resident-1", "state.channel": "inbox"}, limit=1)
    words = Wording(NAMES).words(last.items[0].aggregate, "zh")
    assert words.subject == "系列活动取消：四点半小课堂"
    assert words.body.count("\n- ") == 3
    assert "老师离职" in words.body


async def test_dates_that_are_no_activities_yet_fall_out_with_a_message_and_with_those_that_are(
    running: tuple[Caller, Wire], house: House
) -> None:
    api, wire = running
    body = an_activity(rule="FREQ=WEEKLY;BYDAY=SA;COUNT=20", title="四点半小课堂", volunteers_needed=0)
    series = (await api.ok(STAFF, "/series", body))["id"]
    await wire.wait_for_many(8, ActivityScheduled, series=series)
    await api.ok(resident(1), f"/series/{series}/enrolments", {})
    await wire.wait_for_many(8, ActivityRegistered, person="resident-1")
    await wire.wait_for(EnrolmentMade, title="四点半小课堂")
    await _told(house, wire)
    pause = {"since": "2026-04-20", "until": "2026-05-17", "reason": "放假"}
    await api.ok(STAFF, f"/series/{series}/pause", pause)
    await wire.wait_for(ActivityCancelled)
    await wire.wait_for(EnrolmentDatesCalledOff, first="2026-05-02", last="2026-05-16", dates=3)
    assert await _told(house, wire) == {("resident-1", "class-dates-off"): ["activity-cancelled", "class-dates-off"]}
    last = await house.notices.select({"state.recipient": "resident-1", "state.channel": "inbox"}, limit=1)
    words = Wording(NAMES).words(last.items[0].aggregate, "zh").body
    assert "从 5月2日 周六 到 5月16日 周六 停办" in words
    assert (words.count("\n- "), "放假" in words) == (1, True)
    await api.ok(STAFF, f"/series/{series}/skip", {"on": "2026-06-06"})
    await wire.wait_for(EnrolmentDatesCalledOff, first="2026-06-06", dates=1)
    assert await _told(house, wire) == {("resident-1", "class-dates-off"): []}


async def test_who_comes_to_every_date_hears_that_a_series_ends_before_the_others(
    running: tuple[Caller, Wire], house: House
) -> None:
    """The dates that are activities take place; those that would have come after them do not."""
    api, wire = running
    body = an_activity(rule="FREQ=WEEKLY;BYDAY=SA;COUNT=20", title="四点半小课堂", volunteers_needed=0)
    series = (await api.ok(STAFF, "/series", body))["id"]
    await wire.wait_for_many(8, ActivityScheduled, series=series)
    await api.ok(resident(1), f"/series/{series}/enrolments", {})
    await wire.wait_for_many(8, ActivityRegistered, person="resident-1")
    await wire.wait_for(EnrolmentMade, title="四点半小课堂")
    await _told(house, wire)
    effect = await api.ok(STAFF, f"/series/{series}/end/preview", {"cancels": False})
    assert [each["told"] for each in effect] == [["cancelled"]] * 12
    await api.ok(STAFF, f"/series/{series}/end", {"cancels": False, "reason": "老师退休"})
    await wire.wait_for(EnrolmentDatesCalledOff, first="2026-05-02", last="2026-07-18", dates=12)
    assert await _told(house, wire) == {("resident-1", "class-dates-off"): []}
    last = await house.notices.select({"state.recipient": "resident-1", "state.channel": "inbox"}, limit=1)
    words = Wording(NAMES).words(last.items[0].aggregate, "zh").body
    assert "从 5月2日 周六 到 7月18日 周六" in words
    assert "老师退休" in words


async def _told(house: House, wire: Wire) -> dict[tuple[str, str], list[str]]:
    """What notify tells of all that came since it last read: for each inbox the kinds of the parts of each message."""
    before = {each["_id"] for each in await house.everything()}
    facts, wire.facts[:] = [*wire.facts], []
    await house.take([_record(envelope, data) for envelope, data in facts])
    house.now += QUIET
    await standing.sweep(house.rooms, "gathered").once(house.clock)
    new = [each["state"] for each in await house.everything() if each["_id"] not in before]
    return {
        (each["recipient"], each["kind"]): sorted(part["kind"] for part in each["parts"])
        for each in new
        if each["channel"] == "inbox"
    }


def _record(envelope: Any, data: dict[str, Any]) -> Record:
    key = envelope.partitionkey.encode()
    return Record(ACTIVITIES.name, key, orjson.dumps(data), list(to_headers(envelope)))
