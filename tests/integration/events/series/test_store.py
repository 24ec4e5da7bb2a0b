"""Series are read back as they were, every query walks an index, and the sweep names dates as the horizon moves."""

from collections.abc import Sequence
from datetime import timedelta

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.activities import SeriesStatus
from services.events.series.domain import series as rules
from services.events.series.domain.series import Series
from services.events.series.store import organised_by, to_expand
from tests.integration import standing
from tests.integration.calling import Hand
from tests.integration.events.planned import walks_an_index
from tests.unit.events.given import HOME, NOW, STAFF, plan

ME = Cause("staff-1")
DAY = timedelta(days=1)


async def test_a_series_is_read_back_as_it_was(series: Aggregates[Series]) -> None:
    started = await series.create(
        "series-1", lambda now: rules.start("series-1", HOME, plan(), "FREQ=WEEKLY", STAFF, now), ME
    )
    assert (await series.get("series-1")) == started


async def test_every_query_of_series_walks_an_index(series: Aggregates[Series]) -> None:
    await walks_an_index(series, to_expand(NOW), None)
    await walks_an_index(series, organised_by("me"), None)
    await walks_an_index(series, {"state.community": HOME}, ("at", -1))


async def test_a_series_is_expanded_when_the_horizon_moves(
    series: Aggregates[Series], opened: Sequence[Room], hand: Hand
) -> None:
    await series.create(
        "series-1", lambda now: rules.start("series-1", HOME, plan(), "FREQ=DAILY;COUNT=70", STAFF, now), ME
    )
    sweep = standing.sweep(opened, "series-expansion")
    assert await sweep.once(hand) == 0
    hand.now = NOW + 7 * DAY
    assert [await sweep.once(hand), await sweep.once(hand)] == [1, 0]
    hand.now = NOW + 80 * DAY
    assert [await sweep.once(hand), await sweep.once(hand)] == [1, 0]
    found = (await series.get("series-1")).aggregate
    assert found.status is SeriesStatus.ENDED
