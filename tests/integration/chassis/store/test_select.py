"""Pages of a list: each item once, over ties, empty values and what is added meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.clock import utc_now
from services.chassis.store import mongo
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.cursor import InvalidCursor
from tests.integration.chassis.workshop import ME, THINGS, Thing, make

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def things(store: mongo.Database) -> Aggregates[Thing]:
    return Aggregates(THINGS, store, utc_now)


async def walk(things: Aggregates[Thing], limit: int, **how: Any) -> list[str]:
    """All pages, one after the other."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await things.select({}, limit=limit, cursor=cursor, **how)
        found += [stored.aggregate.id for stored in page.items]
        cursor = page.next
        if cursor is None:
            return found


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10])
async def test_ties_are_neither_doubled_nor_lost(things: Aggregates[Thing], limit: int, descending: bool) -> None:
    for number in range(10):
        await things.create(f"thing-{number}", make(f"thing-{number}", number // 4), ME)

    found = await walk(things, limit, sort="state.n", descending=descending)

    assert found == sorted((f"thing-{n}" for n in range(10)), reverse=descending)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_items_without_the_value_are_in_the_list_too(
    things: Aggregates[Thing], limit: int, descending: bool
) -> None:
    dues = [None, NOON, None, NOON, NOON + timedelta(days=1), None]
    for number, due in enumerate(dues):
        await things.create(f"thing-{number}", make(f"thing-{number}", due=due), ME)

    found = await walk(things, limit, sort="state.due", descending=descending)

    rising = ["thing-0", "thing-2", "thing-5", "thing-1", "thing-3", "thing-4"]
    assert found == (rising[::-1] if descending else rising)


async def test_what_is_created_between_two_pages_moves_no_item_of_the_others(things: Aggregates[Thing]) -> None:
    for number in range(6):
        await things.create(f"thing-b{number}", make(f"thing-b{number}"), ME)
    first = await things.select({}, limit=3)
    for number in range(3):
        await things.create(f"thing-c{number}", make(f"thing-c{number}"), ME)

    second = await things.select({}, limit=3, cursor=first.next)

    assert [s.aggregate.id for s in (*first.items, *second.items)] == [f"thing-b{n}" for n in range(5, -1, -1)]
    assert second.next is None


async def test_a_page_that_ends_with_the_list_has_no_next(things: Aggregates[Thing]) -> None:
    for number in range(4):
        await things.create(f"thing-{number}", make(f"thing-{number}"), ME)

    assert (await things.select({}, limit=4)).next is None
    assert (await things.select({"state.n": 9}, limit=4)).items == []


async def test_a_list_keeps_its_own_conditions_whatever_the_cursor_says(things: Aggregates[Thing]) -> None:
    for number in range(4):
        await things.create(f"thing-{number}", make(f"thing-{number}", number % 2), ME)
    page = await things.select({"state.n": 0}, limit=1)

    rest = await things.select({"state.n": 1}, limit=5, cursor=page.next)

    assert {stored.aggregate.n for stored in rest.items} == {1}
    with pytest.raises(InvalidCursor):
        await things.select({}, cursor="bm9uc2Vuc2U")
