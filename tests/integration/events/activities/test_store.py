"""What is stored is read back as it was; every query has its index; sweeps find what is due, erasure everybody."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.chassis.aggregate import Decision
from services.chassis.principal import Principal
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.subscriber.erasure import Leaver
from services.contracts.activities import ActivityKind, ActivityStatus, SeriesStatus
from services.events.activities.domain import scheduling, staffing
from services.events.activities.domain.activity import Activity
from services.events.activities.erasure import erase
from services.events.activities.store import (
    BY_START,
    Store,
    ahead_in,
    in_calendar,
    to_complete,
    to_expand,
    with_person,
)
from services.events.attendance.domain import attendance
from services.events.registrations import domain
from services.events.series.domain import series as rules
from tests.integration import standing
from tests.integration.calling import Hand
from tests.unit.events.given import END, HOME, HOUR, NOW, ORGANISER, STAFF, START, plan, resident

ME = Cause("staff-1")
DAY = timedelta(days=1)


def _registering(who: Principal, heads: int) -> Callable[[Activity, datetime], Decision[Activity]]:
    return lambda activity, now: domain.register(activity, who.sub, heads, who, NOW)


async def _peopled(store: Store, id: str = "activity-1") -> None:
    await store.activities.create(
        id, lambda now: scheduling.schedule(id, HOME, plan(), "314159", STAFF, NOW), Cause("staff-1")
    )
    for n, heads in ((1, 3), (2, 2)):
        await store.activities.change(id, _registering(resident(n), heads), ME)
    await store.activities.change(id, lambda a, now: staffing.staff(a, ["helper-1"], NOW), ME)
    await store.activities.change(
        id, lambda a, now: attendance.check_in(a, "helper-1", STAFF, START, approved=True, as_volunteer=True), ME
    )


async def test_an_activity_is_read_back_as_it_was(store: Store) -> None:
    await _peopled(store)
    decided = scheduling.complete((await store.activities.get("activity-1")).aggregate, STAFF, END)
    written = await store.activities.change("activity-1", lambda a, now: decided, ME)
    assert (await store.activities.get("activity-1")) == written
    assert written.aggregate == decided.aggregate


async def test_a_series_is_read_back_as_it_was(store: Store) -> None:
    started = await store.series.create(
        "series-1", lambda now: rules.start("series-1", HOME, plan(), "FREQ=WEEKLY", STAFF, now), ME
    )
    assert (await store.series.get("series-1")) == started


@pytest.mark.parametrize(
    ("query", "sort"),
    [
        (in_calendar(HOME), (BY_START, 1)),
        (in_calendar(HOME, NOW, END), (BY_START, 1)),
        (in_calendar(HOME, NOW, END, kind=ActivityKind.CLINIC), (BY_START, 1)),
        (in_calendar(HOME, status=ActivityStatus.SCHEDULED), (BY_START, 1)),
        (in_calendar(HOME, series="series-1"), (BY_START, 1)),
        (with_person("resident-1"), (BY_START, -1)),
        (ahead_in("series-1", NOW), (BY_START, 1)),
        (to_complete(NOW), None),
    ],
)
async def test_every_query_of_activities_walks_an_index_in_its_order(
    store: Store, query: Mapping[str, Any], sort: tuple[str, int] | None
) -> None:
    await _planned(store.activities, query, sort)


async def test_every_query_of_series_walks_an_index(store: Store) -> None:
    await _planned(store.series, to_expand(NOW), None)
    await _planned(store.series, {"state.organiser": "me"}, None)
    await _planned(store.series, {"state.community": HOME}, ("at", -1))


async def _planned(aggregates: Aggregates[Any], query: Mapping[str, Any], sort: tuple[str, int] | None) -> None:
    found = aggregates.collection.find(dict(query))
    if sort is not None:
        found = found.sort([sort, ("_id", sort[1])])
    plan = str((await found.explain())["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan, plan
    assert "COLLSCAN" not in plan, plan
    assert "'SORT'" not in plan, plan


async def test_what_nobody_completed_completes_itself_after_six_hours(
    store: Store, opened: Sequence[Room], hand: Hand
) -> None:
    await _peopled(store)
    sweep = standing.sweep(opened, "activity-completion")
    hand.now = END + 6 * HOUR - timedelta(seconds=1)
    assert await sweep.once(hand) == 0
    hand.now = END + 6 * HOUR
    assert [await sweep.once(hand), await sweep.once(hand)] == [1, 0]
    completed = (await store.activities.get("activity-1")).aggregate
    assert completed.status is ActivityStatus.COMPLETED
    (helper,) = completed.presences
    assert (helper.left_at, helper.minutes, helper.capped) == (END, 120, True)


async def test_a_series_is_expanded_when_the_horizon_moves(store: Store, opened: Sequence[Room], hand: Hand) -> None:
    await store.series.create(
        "series-1", lambda now: rules.start("series-1", HOME, plan(), "FREQ=DAILY;COUNT=70", STAFF, now), ME
    )
    sweep = standing.sweep(opened, "series-expansion")
    assert await sweep.once(hand) == 0
    hand.now = NOW + 7 * DAY
    assert [await sweep.once(hand), await sweep.once(hand)] == [1, 0]
    hand.now = NOW + 60 * DAY
    assert [await sweep.once(hand), await sweep.once(hand)] == [1, 0]
    series = (await store.series.get("series-1")).aggregate
    assert series.status is SeriesStatus.ENDED


async def test_erasure_leaves_nothing_of_a_person(store: Store) -> None:
    for n in range(3):
        await _peopled(store, f"activity-{n}")
    await store.series.create(
        "series-1", lambda now: rules.start("series-1", HOME, plan(), "FREQ=WEEKLY", STAFF, now), ME
    )
    for whom in ("resident-1", "helper-1", ORGANISER.sub):
        await erase(store, Leaver(whom, None, "erased-1"))
        await erase(store, Leaver(whom, None, "erased-1"))
        for aggregates in (store.activities, store.series):
            async for document in aggregates.collection.find({}, {"outbox": 0}):
                assert f"'{whom}'" not in str(document)
    kept = (await store.activities.get("activity-0")).aggregate
    assert [p.person for p in (*kept.seated, *kept.waiting)] == ["resident-2"]
