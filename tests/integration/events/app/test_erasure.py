"""An erasure reaches every room of events."""

from collections.abc import Sequence
from typing import Any

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.subscriber.erasure import Leaver
from services.events.activities.domain.activity import Activity
from services.events.series.domain import series as rules
from services.events.series.domain.series import Series
from tests.integration.events.peopled import peopled
from tests.unit.events.given import HOME, ORGANISER, STAFF, plan


async def test_erasure_leaves_nothing_of_a_person(
    activities: Aggregates[Activity], series: Aggregates[Series], opened: Sequence[Room]
) -> None:
    for n in range(3):
        await peopled(activities, f"activity-{n}")
    await series.create(
        "series-1",
        lambda now: rules.start("series-1", HOME, plan(), "FREQ=WEEKLY", STAFF, now),
        Cause("staff-1"),
    )
    for whom in ("resident-1", "helper-1", ORGANISER.sub):
        for erase in [room.erase for room in opened if room.erase is not None] * 2:
            await erase(Leaver(whom, None, "erased-1"))
        kept: list[Aggregates[Any]] = [activities, series]
        for aggregates in kept:
            async for document in aggregates.collection.find({}, {"outbox": 0}):
                assert f"'{whom}'" not in str(document)
    left = (await activities.get("activity-0")).aggregate
    assert [p.person for p in (*left.seated, *left.waiting)] == ["resident-2"]
