"""Nothing takes place where something does already: dates collide by name, and what is free instead is told."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from services.chassis.principal import Role
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Cause
from services.contracts.activities import ActivityCancelled, ActivityMoved
from services.events.settings import EventsSettings
from services.events.venues.blocking import blocking
from services.events.venues.bookings import Bookings
from services.events.venues.collisions import COLLECTION, Wanted, at_venue
from services.events.venues.domain import BlockVenue, EnterVenue, Slot, VenueClosed, VenueTaken, block, enter, venue_id
from services.events.venues.store import VENUE
from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.integration.wire import Wire
from tests.unit.events.given import END, HOME, HOUR, NOW, STAFF, START, person
from tests.waiting import eventually


async def _venues(api: Caller) -> None:
    for venue, zh, en in (("committee-hall", "大厅", "Hall"), ("garden", "花园", "Garden")):
        await api.ok(STAFF, "/venues", {"community": HOME, "venue": venue, "zh": zh, "en": en, "before_minutes": 30})


async def test_who_blocks_a_venue_reads_what_was_booked_then(api: Caller) -> None:
    await _venues(api)
    made = await api.ok(STAFF, "/activities", an_activity())
    works = {"since": (START + HOUR).isoformat(), "until": (END + 24 * HOUR).isoformat(), "reason": "装修"}
    blocked = await api.ok(STAFF, f"/venues/{venue_id(HOME, 'committee-hall')}/block", works)
    assert [each["activity"] for each in blocked["booked"]] == [made["id"]]
    assert [each["reason"] for each in blocked["blocks"]] == ["装修"]
    garden = await api.ok(STAFF, f"/venues/{venue_id(HOME, 'garden')}/block", works)
    assert garden["booked"] == []


async def test_who_narrows_a_venue_reads_what_is_booked_and_does_not_fit_it_any_more(
    running: tuple[Caller, Wire],
) -> None:
    api, _ = running
    await _venues(api)
    made = await api.ok(STAFF, "/activities", an_activity(capacity=4))
    place = f"/venues/{venue_id(HOME, 'committee-hall')}/describe"

    async def hit(**narrower: Any) -> list[str]:
        described = await api.ok(STAFF, place, {"zh": "大厅", "before_minutes": 30, **narrower})
        return [each["activity"] for each in described["booked"]]

    assert await hit(capacity=4) == []
    assert await hit(capacity=3) == [made["id"]]
    saturday = {"weekday": 6, "opens": 9 * 60, "closes": 11 * 60}
    assert await hit(openings=[saturday]) == []
    assert await hit(openings=[{**saturday, "opens": 10 * 60}]) == [made["id"]]
    await api.ok(STAFF, f"/activities/{made['id']}/change", {"capacity": 3})

    async def fits() -> bool:
        return await hit(capacity=3) == []

    await eventually(fits)


async def test_a_series_collides_on_its_dates_and_what_is_free_is_told(api: Caller) -> None:
    await _venues(api)
    clinic = an_activity(rule="FREQ=MONTHLY;BYDAY=1SA")
    await api.ok(STAFF, "/series", clinic)
    rehearsal = an_activity(rule="FREQ=WEEKLY;BYDAY=SA", title="排练", starts_at=(START + HOUR).isoformat())
    refused = await api.post(STAFF, "/series", rehearsal)
    assert (refused.status_code, refused.json()["code"]) == (409, "venue.taken")
    detail = refused.json()["detail"]
    assert "2026-03-07 09:00–11:00 “每月义诊”, 2026-04-04 09:00–11:00 “每月义诊”" in detail
    assert "Free instead: Garden (garden)." in detail
    itself = an_activity(rule="FREQ=DAILY", venue="garden", ends_at=(START + 25 * HOUR).isoformat())
    assert (await api.post(STAFF, "/series", itself)).json()["code"] == "venue.taken"
    await api.ok(STAFF, "/series", {**rehearsal, "venue": "garden"})
    early = an_activity(starts_at=(END + 10 * (HOUR / 60)).isoformat(), ends_at=(END + HOUR).isoformat())
    assert (await api.post(STAFF, "/activities", early)).json()["code"] == "venue.taken"
    later = an_activity(starts_at=(END + HOUR / 2).isoformat(), ends_at=(END + HOUR).isoformat())
    made = await api.ok(STAFF, "/activities", later)
    moved = await api.post(STAFF, f"/activities/{made['id']}/move", {"starts_at": START.isoformat()})
    assert moved.json()["code"] == "venue.taken"
    assert "2026-03-07 08:00–08:30" in moved.json()["detail"]
    away = {"venue": "garden", "starts_at": (END + 5 * HOUR).isoformat()}
    await api.ok(STAFF, f"/activities/{made['id']}/move", away)


async def test_a_request_that_is_repeated_has_its_first_answer(api: Caller) -> None:
    await _venues(api)
    key = {"Idempotency-Key": "hall-once"}
    first = await api.send(STAFF, "POST", "/api/events/v1/activities", dict(key), json=an_activity())
    moved = await api.ok(STAFF, f"/activities/{first.json()['id']}/move", {"venue": "garden"})
    assert moved["venue"] == "garden"
    await api.ok(STAFF, "/activities", an_activity())
    second = await api.send(STAFF, "POST", "/api/events/v1/activities", dict(key), json=an_activity())
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second.headers["idempotency-replayed"] == "true"


async def test_an_instructor_is_in_one_place_wherever_that_is(api: Caller) -> None:
    await api.ok(STAFF, "/activities", an_activity(instructors=["teacher-1"]))
    other = an_activity(venue="elsewhere", instructors=["teacher-1"])
    assert (await api.post(STAFF, "/activities", other)).json()["code"] == "venue.taken"
    next_door = person("staff-2", Role.STAFF, home="moonlight")
    theirs = await api.post(next_door, "/activities", {**other, "community": "moonlight"})
    assert "2026-03-07 09:00–11:00" in theirs.json()["detail"]
    assert "义诊" not in theirs.text
    await api.ok(STAFF, "/activities", {**other, "instructors": ["teacher-2"]})


async def test_equipment_is_counted_over_all_venues_and_free_venues_are_told(api: Caller) -> None:
    projectors = {"kind": "projector", "zh": "投影仪", "count": 2}
    await api.ok(STAFF, "/venues", {"community": HOME, "venue": "hall", "zh": "大厅", "equipment": [projectors]})
    await api.ok(STAFF, "/venues", {"community": HOME, "venue": "garden", "zh": "花园"})

    def with_(count: int, venue: str, **changes: Any) -> dict[str, Any]:
        details = {"equipment": [{"kind": "projector", "count": count}]}
        return an_activity(venue=venue, details=details, **changes)

    made = await api.ok(STAFF, "/activities", with_(1, "hall"))
    refused = await api.post(STAFF, "/series", with_(2, "garden", rule="FREQ=WEEKLY;BYDAY=SA"))
    assert (refused.status_code, refused.json()["code"]) == (409, "venue.equipment-short")
    assert "2026-03-07 09:00" in refused.json()["detail"]
    assert "投影仪" in refused.json()["detail"]
    assert refused.json()["params"]["kind"] == "projector"
    await api.ok(STAFF, "/activities", with_(1, "garden"))
    more = {"details": {"equipment": [{"kind": "projector", "count": 2}]}}
    changed = await api.post(STAFF, f"/activities/{made['id']}/change", more)
    assert changed.json()["code"] == "venue.equipment-short"
    time: dict[str, Any] = {"community": HOME, "from": START.isoformat(), "to": END.isoformat()}
    assert (await api.get(None, "/venues/free", **time)).json() == []
    later: dict[str, Any] = {**time, "from": END.isoformat(), "to": (END + HOUR).isoformat()}
    free = (await api.get(None, "/venues/free", **later)).json()
    assert {(each["venue"], each["version"]) for each in free} == {("garden", 1), ("hall", 1)}


async def test_of_a_rush_for_one_time_at_most_one_stays(runtime: Runtime[EventsSettings]) -> None:
    venues = runtime.aggregates(VENUE)
    body = EnterVenue(community=HOME, venue="hall", zh="大厅")
    id = venue_id(HOME, "hall")
    await venues.create(id, lambda now: enter(id, body, STAFF), Cause("staff-1"))
    bookings = Bookings(runtime.database[COLLECTION], venues, lambda: NOW)
    held: list[str] = []

    async def claim(n: int) -> None:
        slot = Slot(activity=f"activity-{n}", starts_at=START, ends_at=END)
        try:
            async with bookings.claimed(Wanted(HOME, "hall", f"activity-{n}", "排练", 5, [slot])):
                await asyncio.sleep(0.005)
                held.append(f"activity-{n}")
        except VenueTaken:
            return

    await asyncio.gather(*(claim(n) for n in range(12)))
    booked = await bookings.at(HOME, "hall", NOW, END)
    assert [document["_id"] for document in booked] == held
    assert len(held) <= 1
    assert await bookings.collection.count_documents({"claim": {"$ne": None}}) == 0
    plan = str((await bookings.collection.find(at_venue(HOME, "hall", START, END)).explain())["queryPlanner"])
    assert "IXSCAN" in plan


async def test_of_a_rush_for_one_teacher_at_most_one_place_has_them(runtime: Runtime[EventsSettings]) -> None:
    """The event of an activity comes before its booking is written, or after."""
    bookings = Bookings(runtime.database[COLLECTION], runtime.aggregates(VENUE), lambda: NOW)
    held: list[str] = []

    async def claim(n: int) -> None:
        slot = Slot(activity=f"activity-{n}", starts_at=START, ends_at=END)
        wanted = Wanted(HOME, f"room-{n}", f"activity-{n}", "排练", 5, [slot], ("teacher-1",))
        try:
            async with bookings.claimed(wanted):
                heard = asyncio.create_task(bookings.confirm(replace(wanted, instructors=())))
                await asyncio.sleep(0.001 * n)
                held.append(f"activity-{n}")
        except VenueTaken:
            return
        await heard

    await asyncio.gather(*(claim(n) for n in range(6)))
    taught = await bookings.collection.find({"instructors": "teacher-1"}).to_list(10)
    assert [document["_id"] for document in taught] == held
    assert len(held) <= 1


async def test_a_block_and_a_booking_at_once_learn_of_each_other(runtime: Runtime[EventsSettings]) -> None:
    venues = runtime.aggregates(VENUE)
    id = venue_id(HOME, "hall")
    body = EnterVenue(community=HOME, venue="hall", zh="大厅")
    hall = (await venues.create(id, lambda now: enter(id, body, STAFF), Cause("staff-1"))).aggregate
    bookings = Bookings(runtime.database[COLLECTION], venues, lambda: NOW)
    wanted = Wanted(HOME, "hall", "activity-1", "排练", 5, [Slot(activity="activity-1", starts_at=START, ends_at=END)])
    whole_spring = (START - 20 * 24 * HOUR, START + 60 * 24 * HOUR)
    async with bookings.claimed(wanted), blocking(bookings, hall, *whole_spring, NOW) as hit:
        assert [document["activity"] for document in hit] == ["activity-1"]
    await bookings.free(["activity-1"])
    works = BlockVenue(since=whole_spring[0], until=whole_spring[1])

    async def book() -> None:
        async with bookings.claimed(wanted):
            raise AssertionError("it is blocked")

    async with blocking(bookings, hall, *whole_spring, NOW) as hit:
        assert hit == []
        booking = asyncio.create_task(book())
        await asyncio.sleep(0)
        await venues.change(id, lambda venue, _: block(venue, works, STAFF), Cause("staff-1"))
    with pytest.raises((VenueClosed, VenueTaken)):
        await booking
    assert await bookings.collection.count_documents({}) == 0


async def test_the_event_of_an_activity_keeps_who_teaches_there(runtime: Runtime[EventsSettings]) -> None:
    """It may come before the booking is written, or after whoever claimed it died."""
    bookings = Bookings(runtime.database[COLLECTION], runtime.aggregates(VENUE), lambda: NOW)
    slot = Slot(activity="activity-1", starts_at=START, ends_at=END)
    wanted = Wanted(HOME, "hall", "activity-1", "排练", 5, [slot], ("teacher-1",))
    async with bookings.claimed(wanted, books=False):
        await bookings.confirm(replace(wanted, instructors=()))
    await bookings.confirm(replace(wanted, instructors=()))
    elsewhere = replace(wanted, venue="garden", owner="activity-2", slots=[slot.model_copy(update={"activity": "2"})])
    with pytest.raises(VenueTaken):
        async with bookings.claimed(elsewhere):
            raise AssertionError("the teacher is elsewhere")


async def test_what_moved_or_was_cancelled_is_booked_no_more(running: tuple[Caller, Wire]) -> None:
    api, wire = running
    await _venues(api)
    place = f"/venues/{venue_id(HOME, 'committee-hall')}/bookings"
    week: dict[str, Any] = {"from": START.isoformat(), "to": (END + HOUR).isoformat()}
    series = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;BYDAY=SA")))["id"]
    (booked,) = (await api.get(None, place, **week)).json()

    async def there() -> bool:
        return (await api.get(None, f"/activities/{booked['activity']}")).status_code == 200

    await eventually(there)
    moved = {"starts_at": (START + 24 * HOUR).isoformat()}
    await api.ok(STAFF, f"/activities/{booked['activity']}/move", moved)
    await wire.wait_for(ActivityMoved)

    async def away() -> bool:
        return bool((await api.get(None, place, **week)).json() == [])

    await eventually(away)
    await api.ok(STAFF, f"/series/{series}/skip", {"on": "2026-03-07"})
    await wire.wait_for(ActivityCancelled)

    async def gone() -> bool:
        sunday: dict[str, Any] = {"from": (START + 24 * HOUR).isoformat(), "to": (END + 25 * HOUR).isoformat()}
        return bool((await api.get(None, place, **sunday)).json() == [])

    await eventually(gone)
    sunday = {"starts_at": (START + 24 * HOUR).isoformat(), "ends_at": (END + 24 * HOUR).isoformat()}
    await api.ok(STAFF, "/activities", an_activity(**sunday))
