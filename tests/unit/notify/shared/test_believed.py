"""What communities have set up: read once for all who ask, read again ahead of time, never believed for too long."""

import asyncio
from datetime import datetime, timedelta

import pytest

from services.notify.shared.believed import BELIEVED, Believed
from tests.unit.notify.given import NOW
from tests.waiting import eventually

MOMENT = timedelta(milliseconds=1)


class Shelf:
    """What is read, on a clock that the test turns: the number of the reading, once it is let go."""

    def __init__(self) -> None:
        self.now = NOW
        self.readings = 0
        self.go = asyncio.Event()
        self.go.set()
        self.away = False
        self.failures = 0

    def clock(self) -> datetime:
        return self.now

    async def read(self, community: str) -> str:
        self.readings += 1
        number = self.readings
        await self.go.wait()
        if self.away:
            self.failures += 1
            raise ConnectionError("away")
        return f"{community} {number}"

    async def begun(self, readings: int) -> None:
        """Wait until so many readings have begun."""
        await eventually(lambda: self.readings == readings, every=0)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def believed(shelf: Shelf) -> Believed[str]:
    return Believed(shelf.read, shelf.clock)


async def test_who_asks_while_it_is_read_waits_for_that_reading(shelf: Shelf, believed: Believed[str]) -> None:
    asked = [believed("here"), believed("there"), believed("here"), believed("here")]
    assert await asyncio.gather(*asked) == ["here 1", "there 2", "here 1", "here 1"]
    assert believed.known("here") == "here 1"
    assert believed.known("elsewhere") is None


async def test_it_is_read_ahead_while_those_who_ask_go_on(shelf: Shelf, believed: Believed[str]) -> None:
    assert await believed("here") == "here 1"
    shelf.now = NOW + BELIEVED / 2
    shelf.go.clear()
    assert [await believed("here") for _ in range(3)] == ["here 1"] * 3
    await shelf.begun(2)
    shelf.now = NOW + BELIEVED - MOMENT
    assert await believed("here") == "here 1"
    shelf.go.set()
    await eventually(lambda: believed.known("here") == "here 2", every=0)
    assert await believed("here") == "here 2"


async def test_the_message_that_asked_goes_its_way_before_it_is_read_ahead(
    shelf: Shelf, believed: Believed[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await believed("here")
    shelf.now = NOW + BELIEVED / 2
    loop = asyncio.get_running_loop()
    moment = loop.time()
    monkeypatch.setattr(loop, "time", lambda: moment)
    for _ in range(20):
        assert await believed("here") == "here 1"
        await asyncio.sleep(0)
    assert shelf.readings == 1
    monkeypatch.undo()
    await shelf.begun(2)
    await eventually(lambda: believed.known("here") == "here 2", every=0)


async def test_what_will_be_waited_for_can_begin_to_be_read_before(shelf: Shelf, believed: Believed[str]) -> None:
    believed.begin("here")
    believed.begin("here")
    await shelf.begun(1)
    assert await believed("here") == "here 1"
    shelf.now = NOW + BELIEVED - MOMENT
    believed.begin("here")
    assert await believed("here") == "here 1"
    shelf.now = NOW + BELIEVED
    believed.begin("here")
    await shelf.begun(2)
    assert await believed("here") == "here 2"


async def test_nothing_is_believed_that_is_too_old(shelf: Shelf, believed: Believed[str]) -> None:
    assert await believed("here") == "here 1"
    shelf.now = NOW + BELIEVED
    assert await believed("here") == "here 2"


async def test_what_was_being_read_when_it_changed_is_not_believed(shelf: Shelf, believed: Believed[str]) -> None:
    shelf.go.clear()
    before = asyncio.create_task(believed("here"))
    await shelf.begun(1)
    believed.forget("here")
    after = asyncio.create_task(believed("here"))
    await shelf.begun(2)
    shelf.go.set()
    assert [await before, await after, await believed("here")] == ["here 1", "here 2", "here 2"]
    assert await believed.anew("here") == "here 3"


async def test_a_reading_that_fails_or_whose_asker_left_harms_nobody_else(
    shelf: Shelf, believed: Believed[str]
) -> None:
    shelf.go.clear()
    left, stays = asyncio.create_task(believed("here")), asyncio.create_task(believed("here"))
    await shelf.begun(1)
    left.cancel()
    await eventually(left.cancelled, every=0)
    shelf.go.set()
    assert await stays == "here 1"
    shelf.now, shelf.away = NOW + BELIEVED / 2, True
    assert await believed("here") == "here 1"
    await eventually(lambda: shelf.failures == 1, every=0)
    shelf.now = NOW + BELIEVED
    with pytest.raises(ConnectionError):
        await believed("here")
    shelf.away = False
    assert await believed("here") == "here 4"
