"""Nothing takes place where something does already: dates collide by name, and what is free instead is told."""

import asyncio
from typing import Any

from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Cause
from services.contracts.activities import ActivityCancelled, ActivityMoved
from services.events.settings import EventsSettings
from services.events.venues.bookings import COLLECTION, Bookings, Wanted, at_venue
from services.events.venues.domain import EnterVenue, Slot, VenueTaken, enter, venue_id
from services.events.venues.store import VENUE
from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.integration.wire import Wire
from tests.unit.events.given import END, HOME, HOUR, NOW, STAFF, START
from tests.waiting import eventually


async def _venues(api: Caller) -> None:
    for venue, zh in (("committee-hall", "大厅"), ("garden", "花园")):
        await api.ok(STAFF, "/venues", {"community": HOME, "venue": venue, "zh": zh, "before_minutes": 30})


async def test_a_series_collides_on_its_dates_and_what_is_free_is_told(api: Caller) -> None:
    await _venues(api)
    clinic = an_activity(rule="FREQ=MONTHLY;BYDAY=1SA")
    await api.ok(STAFF, "/series", clinic)
    rehearsal = an_activity(rule="FREQ=WEEKLY;BYDAY=SA", title="排练", starts_at=(START + HOUR).isoformat())
    refused = await api.post(STAFF, "/series", rehearsal)
    assert (refused.status_code, refused.json()["code"]) == (409, "venue.taken")
    detail = refused.json()["detail"]
    assert "2026-03-07 10:00, 2026-04-04 10:00" in detail
    assert "garden" in detail
    await api.ok(STAFF, "/series", {**rehearsal, "venue": "garden"})
    early = an_activity(starts_at=(END + 10 * (HOUR / 60)).isoformat(), ends_at=(END + HOUR).isoformat())
    assert (await api.post(STAFF, "/activities", early)).json()["code"] == "venue.taken"
    later = an_activity(starts_at=(END + HOUR / 2).isoformat(), ends_at=(END + HOUR).isoformat())
    made = await api.ok(STAFF, "/activities", later)
    moved = await api.post(STAFF, f"/activities/{made['id']}/move", {"starts_at": START.isoformat()})
    assert moved.json()["code"] == "venue.taken"
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
    await api.ok(STAFF, "/activities", with_(1, "garden"))
    more = {"details": {"equipment": [{"kind": "projector", "count": 2}]}}
    changed = await api.post(STAFF, f"/activities/{made['id']}/change", more)
    assert changed.json()["code"] == "venue.equipment-short"
    time: dict[str, Any] = {"community": HOME, "from": START.isoformat(), "to": END.isoformat()}
    assert (await api.get(None, "/venues/free", **time)).json() == []
    later: dict[str, Any] = {**time, "from": END.isoformat(), "to": (END + HOUR).isoformat()}
    assert {each["venue"] for each in (await api.get(None, "/venues/free", **later)).json()} == {"garden", "hall"}


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
