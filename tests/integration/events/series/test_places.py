"""No date of a series comes onto an hour of a venue that something else has, whichever command brings it there."""

import random
from datetime import timedelta
from typing import Any

from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.values import local_date
from services.contracts.activities import ActivityCancelled, ActivityMoved, ActivityScheduled
from services.events.activities.domain.activity import Activity
from services.events.series.booking import rebook
from services.events.series.domain import series as rules
from services.events.series.domain.series import Series
from services.events.series.store import SERIES
from services.events.settings import EventsSettings
from services.events.venues.bookings import Bookings
from services.events.venues.collisions import COLLECTION
from services.events.venues.domain import venue_id
from services.events.venues.store import VENUE
from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import an_activity
from tests.integration.events.racing import Post, Replica
from tests.integration.wire import Wire
from tests.unit.events.given import END, HOME, HOUR, STAFF, START, plan
from tests.waiting import eventually

WEEK = timedelta(days=7)


def _other(weeks: int, **changes: Any) -> dict[str, Any]:
    """The body of an activity at the hours of a series, so many weeks after its first date."""
    times = {"starts_at": (START + weeks * WEEK).isoformat(), "ends_at": (END + weeks * WEEK).isoformat()}
    return an_activity(title="合唱排练", **(times | changes))


async def _refused(api: Caller, path: str, body: dict[str, Any]) -> str:
    answer = await api.post(STAFF, path, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "venue.taken"), answer.text
    return str(answer.json()["detail"])


async def test_no_date_comes_onto_an_hour_that_was_given_away(running: tuple[Caller, Wire]) -> None:
    api, wire = running
    for venue in ("committee-hall", "garden"):
        await api.ok(STAFF, "/venues", {"community": HOME, "venue": venue, "zh": venue, "capacity": 30})
    made = await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;BYDAY=SA"))
    series = f"/series/{made['id']}"
    scheduled = await wire.wait_for_many(8, ActivityScheduled, series=made["id"])
    dates = {data["occurrence"]: envelope.partitionkey for envelope, data in scheduled}

    # a date that was skipped, and whose hour was given away
    await api.ok(STAFF, f"{series}/skip", {"on": "2026-03-14"})
    await wire.wait_for(ActivityCancelled, status="cancelled")
    await eventually(lambda: _is_made(api, _other(1)))
    assert "2026-03-14 09:00–11:00 “合唱排练”" in await _refused(api, f"{series}/restore", {"on": "2026-03-14"})

    # a date that was cancelled alone is held no more, and what changes the series does not take its hour back
    await api.ok(STAFF, f"/activities/{dates['2026-03-21']}/cancel", {"reason": "停电"})
    await wire.wait_for(ActivityCancelled, reason="停电")
    await eventually(lambda: _is_made(api, _other(2)))
    await api.ok(STAFF, f"{series}/change", {"scope": "all", "title": "周六义诊"})
    assert "2026-03-21 09:00–11:00 “合唱排练”" in await _refused(api, f"{series}/restore", {"on": "2026-03-21"})

    # one date onto another one of its own series
    onto = {"starts_at": (START + 4 * WEEK).isoformat()}
    assert "2026-04-04 09:00–11:00" in await _refused(api, f"/activities/{dates['2026-03-28']}/move", onto)

    # a date that was moved on its own follows its series to another venue only where that is free at its own time
    sunday = timedelta(days=1)
    await api.ok(
        STAFF, f"/activities/{dates['2026-03-28']}/move", {"starts_at": (START + 3 * WEEK + sunday).isoformat()}
    )
    await wire.wait_for(ActivityMoved, previous_venue="committee-hall")
    at = {"starts_at": (START + 3 * WEEK + sunday).isoformat(), "ends_at": (END + 3 * WEEK + sunday).isoformat()}
    await api.ok(STAFF, "/activities", an_activity(title="书画", venue="garden", **at))
    every = {"scope": "all", "venue": "garden"}
    assert "2026-03-29 09:00–11:00 “书画”" in await _refused(api, f"{series}/change", every)
    await api.ok(STAFF, f"{series}/change", {"scope": "one", "on": "2026-04-11", "venue": "garden"})

    # more seats than the room has
    more = await api.post(STAFF, f"/activities/{dates['2026-04-18']}/change", {"capacity": 31})
    assert more.json()["code"] == "venue.too-small"
    assert (await api.post(STAFF, f"{series}/change", {"scope": "all", "capacity": 31})).json()["code"] == (
        "venue.too-small"
    )


async def test_a_date_that_comes_into_sight_on_a_taken_hour_gives_way(
    api: Caller,
    runtime: Runtime[EventsSettings],
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    hand: Hand,
) -> None:
    await api.ok(STAFF, "/venues", {"community": HOME, "venue": "committee-hall", "zh": "大厅"})
    made = await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;BYDAY=SA"))
    await api.ok(STAFF, "/activities", _other(105))
    bookings = Bookings(runtime.database[COLLECTION], runtime.aggregates(VENUE), hand)
    found = (await series.get(made["id"])).aggregate
    assert await rebook(bookings, found, activities, hand.now) == []
    hand.now += 3 * WEEK
    assert await rebook(bookings, found, activities, hand.now) == [local_date(START + 105 * WEEK)]
    booked = await bookings.at(HOME, "committee-hall", START + 104 * WEEK, END + 106 * WEEK)
    assert [each["title"] for each in booked] == ["每月义诊", "合唱排练", "每月义诊"]


async def test_dates_that_are_activities_before_anybody_booked_them_are_booked_and_stand(
    replicas: tuple[Replica, Replica],
) -> None:
    """Whoever started the series died before booking its dates, or is slower than what follows from it."""
    one, other = replicas
    await one.api.ok(STAFF, "/venues", {"community": HOME, "venue": "committee-hall", "zh": "大厅"})
    await one.of(SERIES).create(
        "series-1", lambda now: rules.start("series-1", HOME, plan(), "FREQ=WEEKLY;BYDAY=SA", STAFF, now), Cause("me")
    )
    await one.api.ok(STAFF, "/activities", _other(1))  # which got the hour in between
    await Post((other,), random.Random(1)).brings_everything()
    found = (await one.of(SERIES).get("series-1")).aggregate
    assert found.skipped == (local_date(START + WEEK),)
    bookings = Bookings(one.database[COLLECTION], one.of(VENUE), one.hand)
    booked = await bookings.at(HOME, "committee-hall", START - HOUR, END + 2 * WEEK)
    assert [each["title"] for each in booked] == ["每月义诊", "合唱排练", "每月义诊"]


async def test_what_is_booked_is_kept_clear_by_the_buffers_as_they_are(running: tuple[Caller, Wire]) -> None:
    api, _ = running
    hall = {"zh": "大厅"}
    await api.ok(STAFF, "/venues", {"community": HOME, "venue": "committee-hall", **hall})
    await api.ok(STAFF, "/activities", an_activity())
    await api.ok(STAFF, f"/venues/{venue_id(HOME, 'committee-hall')}/describe", {**hall, "after_minutes": 30})
    after = {"starts_at": (END + HOUR / 6).isoformat(), "ends_at": (END + HOUR).isoformat()}
    free: dict[str, Any] = {"community": HOME, "from": after["starts_at"], "to": after["ends_at"]}

    async def is_kept_clear() -> bool:
        return bool((await api.get(None, "/venues/free", **free)).json() == [])

    await eventually(is_kept_clear)
    assert "(with its set-up)" in await _refused(api, "/activities", an_activity(**after))


async def _is_made(api: Caller, body: dict[str, Any]) -> bool:
    """Whether an activity could be scheduled, which waits for the reaction that gives its hour back."""
    return (await api.post(STAFF, "/activities", body)).status_code == 201
