"""Activities are read back as they were, every query walks an index, and the sweep completes those long over."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.activities import ActivityKind, ActivityStatus
from services.events.activities.domain import ending
from services.events.activities.domain.activity import Activity
from services.events.activities.store import (
    BY_START,
    ahead_in,
    answers_overdue,
    in_calendar,
    short_staffed,
    to_complete,
    with_person,
)
from services.events.registrations.store import taking_part
from tests.integration import standing
from tests.integration.calling import Hand
from tests.integration.events.peopled import peopled
from tests.integration.events.planned import walks_an_index
from tests.unit.events.given import END, HOME, HOUR, NOW, STAFF

ME = Cause("staff-1")
DAY = timedelta(days=1)


async def test_an_activity_is_read_back_as_it_was(activities: Aggregates[Activity]) -> None:
    await peopled(activities)
    decided = ending.complete((await activities.get("activity-1")).aggregate, STAFF, END)
    written = await activities.change("activity-1", lambda a, now: decided, ME)
    assert (await activities.get("activity-1")) == written
    assert written.aggregate == decided.aggregate


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
        (answers_overdue(NOW), None),
        (short_staffed(NOW), None),
        (in_calendar(HOME, NOW, END, venue="garden"), (BY_START, 1)),
        (in_calendar(HOME, NOW, END, host="team-1"), (BY_START, 1)),
        (in_calendar(HOME, NOW, END, age=9), (BY_START, 1)),
        (taking_part(["resident-1", "resident-2"], NOW, END), None),
    ],
)
async def test_every_query_of_activities_walks_an_index_in_its_order(
    activities: Aggregates[Activity], query: Mapping[str, Any], sort: tuple[str, int] | None
) -> None:
    await walks_an_index(activities, query, sort)


async def test_what_nobody_completed_completes_itself_after_six_hours(
    activities: Aggregates[Activity], opened: Sequence[Room], hand: Hand
) -> None:
    await peopled(activities)
    sweep = standing.sweep(opened, "activity-completion")
    hand.now = END + 6 * HOUR - timedelta(seconds=1)
    assert await sweep.once(hand) == 0
    hand.now = END + 6 * HOUR
    assert [await sweep.once(hand), await sweep.once(hand)] == [1, 0]
    completed = (await activities.get("activity-1")).aggregate
    assert completed.status is ActivityStatus.COMPLETED
    (helper,) = completed.presences
    assert (helper.left_at, helper.minutes, helper.capped) == (END, 120, True)
