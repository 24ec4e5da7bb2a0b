"""What has changed of a board is heard, whoever wrote it, and of no other."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.contracts import issues as i
from services.notify.board.changes import Changes
from tests.integration.notify.board.test_board import case, places
from tests.integration.notify.house import House
from tests.unit.notify.given import HERE
from tests.waiting import eventually

ELSEWHERE = "moonlight"


@pytest.fixture
async def changes(house: House) -> AsyncIterator[Changes]:
    """What the store tells, from now on."""
    await house.take(places(2))
    changes = Changes(house.db)
    running = asyncio.ensure_future(changes.run())
    await eventually(lambda: changes.heard > 0)
    yield changes
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert changes.heard == float("-inf"), "nothing is heard where nobody listens"


async def test_each_change_of_what_a_board_shows_is_heard(house: House, changes: Changes) -> None:
    elsewhere = changes.version(ELSEWHERE)

    async def heard(change: Any) -> None:
        before = changes.version(HERE)
        await change
        await eventually(lambda: changes.version(HERE) != before)

    copies, announcements = house.db["copy_cases"], house.db["announcements"]
    await heard(house.take([case("c-1", i.CaseStatus.DISPATCHED)]))
    await heard(house.take([case("c-1", i.CaseStatus.VERIFIED, sequence=2)]))
    await heard(copies.update_one({"_id": "c-1"}, {"$set": {"gone": True}, "$unset": {"state": ""}}))
    hung = {"_id": "announcement-1", "v": 1, "state": {"community": HERE, "status": "posted"}}
    await heard(announcements.insert_one(hung))
    await heard(announcements.update_one({"_id": "announcement-1"}, {"$set": {"state.title": "x"}}))
    assert changes.version(ELSEWHERE) == elsewhere


async def test_what_is_not_there_any_more_may_have_been_anybodys(house: House, changes: Changes) -> None:
    elsewhere = changes.version(ELSEWHERE)
    await house.db["copy_places"].delete_one({"_id": "place-1"})
    await eventually(lambda: changes.version(ELSEWHERE) != elsewhere)
