"""Boards are kept warm: counted before anybody looks, shown while nothing has changed, and never older than is said."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.contracts import issues as i
from services.notify.announcements.store import ANNOUNCEMENT
from services.notify.board.changes import Changes, Version
from services.notify.board.counting import count_board
from services.notify.board.gallery import Gallery, UnknownCommunity
from services.notify.knowledge.venues import Venues
from tests.integration.notify.board.test_board import activity, case, places
from tests.integration.notify.house import House
from tests.unit.notify.given import HERE, HOUR

SECONDS = 5.0
ELSEWHERE = "moonlight"
COUNT = "services.notify.board.gallery.count_board"


class Told(Changes):
    """Changes as the test tells them."""

    number = 0

    def version(self, community: str) -> Version:
        return (0, self.number)


class Kept:
    """A gallery, on clocks that the test turns."""

    def __init__(self, house: House) -> None:
        self.passed, self.changes, self.house = 100.0, Told(house.db), house
        venues = Venues(house.db, house.clock)
        announcements = house.aggregates(ANNOUNCEMENT)
        self.gallery = Gallery(
            house.db, announcements, venues, self.changes, house.clock, SECONDS, passed=lambda: self.passed
        )

    def wait(self, seconds: float, *, heard: bool) -> None:
        """Let time pass, in which nothing was heard, or the store has said until the end what has changed."""
        self.passed += seconds
        self.house.now += timedelta(seconds=seconds)
        if heard:
            self.changes.heard = self.passed


@pytest.fixture
async def kept(house: House) -> Kept:
    await house.take(places())
    return Kept(house)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The communities whose boards were counted, one after the other."""
    found: list[str] = []

    async def noted(database: Any, community: str, *more: Any) -> Any:
        found.append(community)
        return await count_board(database, community, *more)

    monkeypatch.setattr(COUNT, noted)
    return found


async def test_a_board_is_counted_before_anybody_looks(kept: Kept, counted: list[str]) -> None:
    await kept.gallery.count_changed()
    assert counted == [HERE]
    assert len((await kept.gallery.board(HERE)).coverage.buildings) == 20
    assert counted == [HERE]


async def test_while_nothing_changes_a_board_is_as_of_now_without_a_count(kept: Kept, counted: list[str]) -> None:
    await kept.gallery.board(HERE)
    kept.wait(3600, heard=True)
    assert (await kept.gallery.board(HERE)).as_of == kept.house.now
    await kept.gallery.count_changed()
    assert counted == [HERE]


async def test_where_nothing_is_heard_a_board_is_counted_for_who_looks(kept: Kept, counted: list[str]) -> None:
    await kept.gallery.board(HERE)
    kept.wait(SECONDS - 1, heard=False)
    await kept.gallery.board(HERE)
    assert counted == [HERE]
    kept.wait(1, heard=False)
    await kept.gallery.board(HERE)
    assert counted == [HERE, HERE]


async def test_what_has_changed_is_counted_again_in_the_background(
    house: House, kept: Kept, counted: list[str]
) -> None:
    await kept.gallery.count_changed()
    await house.take([case("c-1", i.CaseStatus.VERIFIED)])
    kept.changes.number += 1
    await kept.gallery.count_changed()
    assert counted == [HERE], "it was counted just now"
    kept.wait(SECONDS - 1, heard=True)
    await kept.gallery.count_changed()
    assert (await kept.gallery.board(HERE)).cases.closed == 1
    assert counted == [HERE, HERE]


async def test_a_board_that_has_changed_is_not_shown_for_longer_than_is_said(house: House, kept: Kept) -> None:
    await kept.gallery.board(HERE)
    await house.take([case("c-1", i.CaseStatus.VERIFIED)])
    kept.changes.number += 1
    kept.wait(SECONDS, heard=True)
    assert (await kept.gallery.board(HERE)).cases.closed == 1


async def test_what_changes_while_a_board_is_counted_is_counted_again(
    kept: Kept, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def meanwhile(*asked: Any) -> Any:
        counted.append(HERE)
        found = await count_board(*asked)
        kept.changes.number += len(counted) == 1
        return found

    monkeypatch.setattr(COUNT, meanwhile)
    await kept.gallery.board(HERE)
    kept.wait(SECONDS, heard=True)
    await kept.gallery.board(HERE)
    assert counted == [HERE, HERE]


async def test_what_has_begun_is_not_coming_any_more(house: House, kept: Kept) -> None:
    await house.take([activity("activity-1", HOUR)])
    assert len((await kept.gallery.board(HERE)).activities) == 1
    kept.wait(3660, heard=True)
    assert (await kept.gallery.board(HERE)).activities == ()


async def test_a_new_community_has_a_board_at_once(kept: Kept) -> None:
    assert await kept.gallery.communities() == [HERE]
    with pytest.raises(UnknownCommunity):
        await kept.gallery.board(ELSEWHERE)
    await _begin(kept, ELSEWHERE)
    assert (await kept.gallery.board(ELSEWHERE)).community == ELSEWHERE


async def _begin(kept: Kept, community: str) -> None:
    compound = {"kind": "compound", "title": "月光"}
    await kept.house.db["copy_places"].insert_one({"_id": "x", "seq": 1, "community": community, "state": compound})


async def test_boards_are_counted_side_by_side(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """One community with many cases holds up no other."""
    await _begin(kept, ELSEWHERE)
    go_on = asyncio.Event()

    async def slow_here(database: Any, community: str, *more: Any) -> Any:
        if community == HERE:
            await go_on.wait()
        return await count_board(database, community, *more)

    monkeypatch.setattr(COUNT, slow_here)
    here = asyncio.ensure_future(kept.gallery.board(HERE))
    assert (await kept.gallery.board(ELSEWHERE)).community == ELSEWHERE
    assert not here.done()
    go_on.set()
    assert (await here).community == HERE
