"""Tombstones are read ahead: who writes asks for none of them, and yet nothing stays about who was erased."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from services.chassis.clock import utc_now
from services.chassis.errors import PersonGone
from services.chassis.store.aggregates import Cause
from services.chassis.store.gone import COLLECTION, INDEXES, LOOKS, GoneAgain, tombstone_of
from services.chassis.store.gone_ahead import OVERLAP, GoneAhead
from services.chassis.store.journal import document
from services.chassis.store.known_gone import BELIEVED, KEPT, KnownGone
from services.chassis.store.mongo import Database, PyMongoError
from tests.integration.chassis.club import ClubJoined, found, join
from tests.integration.chassis.club_replica import Hand, Replica, arrived, subscriber
from tests.integration.chassis.workshop import COMMUNITY
from tests.waiting import eventually

ANN, BEN = "ann-1", "ben-1"
CANARY = "金丝雀"


class Ahead(GoneAhead):
    """A replica's reading ahead, on a clock that a test sets: nothing is read but when the test says so."""

    def __init__(self, replica: Replica, hand: Hand) -> None:
        super().__init__(replica.gone)
        self.hand = hand
        self.fails = 0

    async def look(self) -> None:
        """Read once, or fail."""
        if self.fails:
            self.fails -= 1
            raise PyMongoError("away")
        await super().look()


@pytest.fixture
def one(store: Database) -> Replica:
    """Who erases."""
    return Replica(store)


@pytest.fixture
def two(store: Database) -> Replica:
    """Who writes, and reads ahead."""
    return Replica(store, known=KnownGone(Hand()))


@pytest.fixture
def ahead(two: Replica) -> Ahead:
    hand = two.gone.known.clock
    assert isinstance(hand, Hand)
    return Ahead(two, hand)


@asynccontextmanager
async def running(*parts: Awaitable[None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks)


async def _erased(replica: Replica) -> bool:
    return await replica.traces_of(ANN, CANARY) == []


async def _creates(two: Replica) -> None:
    await two.clubs.create("club-1", found("club-1", ANN, CANARY), Cause(ANN))


async def _changes(two: Replica) -> None:
    await two.clubs.create("club-1", found("club-1", BEN), Cause(BEN))
    await two.clubs.change("club-1", join(ANN), Cause(BEN))


async def _journals(two: Replica) -> None:
    await two.db["clubs"].insert_one({"_id": "club-1", "outbox": []})
    entry = {"seq": 1, "type": ClubJoined.type, "time": utc_now(), "actor": ANN, "data": {"person": ANN}, "who": [ANN]}
    await two.journal.append([document("club-1", "club", COMMUNITY, entry)])


async def _takes(two: Replica) -> None:
    async def forget_members(person: str, _community: str | None) -> None:
        await two.db["members"].delete_many({"person": person})

    two.gone.again = forget_members
    await subscriber(two, []).take([arrived(1, ClubJoined(person=ANN))])


Writes = Callable[[Replica], Awaitable[None]]
WRITERS = [_creates, _changes, _journals, _takes]


@pytest.mark.parametrize("writes", WRITERS)
async def test_writes_ask_the_store_for_no_tombstone(two: Replica, ahead: Ahead, writes: Writes) -> None:
    await ahead.look()
    await two.db.command({"profile": 2})
    try:
        await writes(two)
    finally:
        await two.db.command({"profile": 0})
    asked = [each["ns"].split(".", 1)[1] async for each in two.db["system.profile"].find()]
    assert asked != []
    assert COLLECTION not in asked


@pytest.mark.parametrize("writes", WRITERS)
async def test_what_was_written_before_the_tombstone_was_read_is_erased_without_another_command(
    one: Replica, two: Replica, ahead: Ahead, writes: Writes
) -> None:
    await ahead.look()
    await one.erases(ANN)
    await writes(two)
    assert await two.traces_of(ANN) != [], "it has not heard of it yet"
    async with running(ahead.erase_late()):
        await ahead.look()
        await eventually(lambda: _erased(two))


async def test_what_an_erasure_passes_between_the_write_and_the_look_after_it_is_refused(
    one: Replica, two: Replica, ahead: Ahead
) -> None:
    await ahead.look()
    insert = two.clubs._insert

    async def late(document: dict[str, object]) -> None:
        await one.erases(ANN)
        await insert(document)
        await ahead.look()

    two.clubs._insert = late  # type: ignore[assignment]
    with pytest.raises(PersonGone):
        await _creates(two)
    assert await _erased(two)


async def test_a_person_erased_elsewhere_is_refused_once_the_tombstone_is_read_or_the_memory_is_old(
    one: Replica, two: Replica, ahead: Ahead
) -> None:
    await ahead.look()
    await one.erases(ANN)
    ahead.hand.now += BELIEVED
    with pytest.raises(PersonGone):
        await _creates(two)
    await one.erases(BEN)
    await ahead.look()
    await one.db[COLLECTION].delete_many({})  # what is refused now is known by heart
    for person in (ANN, BEN):
        with pytest.raises(PersonGone):
            await two.clubs.create("club-2", found("club-2", person), Cause(person))


async def test_the_process_that_erases_refuses_at_once(two: Replica, ahead: Ahead) -> None:
    await ahead.look()
    await two.erases(ANN)
    with pytest.raises(PersonGone):
        await _creates(two)


async def test_a_tombstone_of_one_community_leaves_the_others(one: Replica, two: Replica, ahead: Ahead) -> None:
    await ahead.look()
    await _creates(two)
    await one.erases(ANN, "elsewhere")
    async with running(ahead.erase_late()):
        await ahead.look()
        assert (await two.clubs.get("club-1")).aggregate.founder == ANN
        await two.clubs.create("club-2", found("club-2", ANN), Cause(ANN))
        await one.gone.bury(ANN, COMMUNITY)
        await ahead.look()
        await eventually(lambda: _erased(two))


async def _writes_on(two: Replica) -> None:
    for n in itertools.count():
        await two.clubs.create(f"club-{n}", found(f"club-{n}", ANN, CANARY), Cause(ANN))


async def test_of_two_running_replicas_one_erases_while_the_other_writes_and_nothing_stays(
    one: Replica, two: Replica
) -> None:
    """On the clock of the machine, with nothing held: one erases while the other goes on writing."""
    two = Replica(two.db)
    ahead = GoneAhead(two.gone)
    async with running(ahead.read_tombstones(), ahead.erase_late()):
        await eventually(lambda: two.gone.known.fresh)
        erasing = asyncio.create_task(one.erases(ANN))
        with pytest.raises(PersonGone):
            await _writes_on(two)
        await erasing
        await eventually(lambda: _erased(two))


async def test_while_nothing_can_be_read_the_store_is_asked(
    one: Replica, two: Replica, ahead: Ahead, caplog: pytest.LogCaptureFixture
) -> None:
    await ahead.look()
    await one.erases(ANN)
    ahead.fails = 3
    ahead.hand.now += BELIEVED
    with caplog.at_level(logging.INFO, "services.chassis.store.gone_ahead"):
        async with running(ahead.read_tombstones()):
            await eventually(lambda: ahead.fails < 2)
            assert not two.gone.known.fresh
            with pytest.raises(PersonGone):
                await _creates(two)
            await eventually(lambda: two.gone.known.fresh)
    assert [(line.levelname, line.getMessage()) for line in caplog.records] == [
        ("WARNING", "tombstones not read, each is asked for"),
        ("INFO", "tombstones are read again"),
    ]


async def test_a_process_without_room_to_remember_its_writes_asks_at_once(one: Replica, two: Replica) -> None:
    hand = Hand()
    two = Replica(two.db, known=KnownGone(hand, written=1))
    await Ahead(two, hand).look()
    await two.clubs.create("club-0", found("club-0", BEN), Cause(BEN))
    await one.erases(ANN)
    with pytest.raises(PersonGone):
        await _creates(two)
    assert await _erased(two)


async def test_a_process_that_can_not_remember_all_tombstones_asks_for_each(one: Replica, two: Replica) -> None:
    hand = Hand()
    two = Replica(two.db, known=KnownGone(hand, tombstones=1))
    ahead = Ahead(two, hand)
    for person in (ANN, BEN):
        await one.erases(person)
    await ahead.look()
    await ahead.look()
    for person in (ANN, BEN):
        with pytest.raises(PersonGone):
            await two.clubs.create("club-1", found("club-1", person), Cause(person))
    await two.clubs.create("club-2", found("club-2", "cleo-1"), Cause("cleo-1"))


async def test_a_tombstone_of_an_older_version_is_read_whenever_it_was_written(
    one: Replica, two: Replica, ahead: Ahead
) -> None:
    """It doesn't say when it was changed: who finds it writes that down, so that it is not new for ever."""
    old, new = utc_now() - timedelta(days=9), utc_now()
    tombstones = one.db[COLLECTION]
    await tombstones.insert_one({"_id": tombstone_of(ANN), "everywhere": True, "at": old})
    await ahead.look()
    await tombstones.insert_one({"_id": tombstone_of(BEN), "communities": [COMMUNITY], "at": new})
    await ahead.look()
    for person in (ANN, BEN):
        with pytest.raises(PersonGone):
            await two.clubs.create("club-1", found("club-1", person), Cause(person))
    changed = {each["_id"]: each["changed_at"] async for each in tombstones.find()}
    assert changed[tombstone_of(ANN)] == old.replace(microsecond=old.microsecond // 1000 * 1000)
    assert changed[tombstone_of(BEN)] >= new - timedelta(minutes=1)


async def _written_before(db: Database, person: str, seconds: float) -> None:
    when = {"$subtract": ["$$NOW", round(seconds * 1000)]}
    tombstone = {"$set": {"everywhere": True, "at": when, "changed_at": when}}
    await db[COLLECTION].update_one({"_id": tombstone_of(person)}, [tombstone], upsert=True)


async def test_a_reading_reaches_back_to_well_before_the_last_one(two: Replica, ahead: Ahead) -> None:
    """The clock of another primary is behind, a majority comes late, nothing could be read for an hour."""
    await ahead.look()
    await _written_before(two.db, ANN, OVERLAP / 2)
    await _written_before(two.db, BEN, 3600)
    await ahead.look()
    assert two.gone.known.among({ANN, BEN}, COMMUNITY) == {ANN}
    ahead.hand.now += 3600
    await ahead.look()
    assert two.gone.known.among({ANN, BEN}, COMMUNITY) == {ANN, BEN}


async def test_a_later_look_shows_a_tombstone_again_to_a_process_that_missed_it(
    one: Replica, two: Replica, ahead: Ahead
) -> None:
    now = utc_now()
    await ahead.look()
    await one.gone.bury(ANN, None)
    long_ago = {"$set": {"changed_at": now - timedelta(days=1)}}
    await one.db[COLLECTION].update_one({"_id": tombstone_of(ANN)}, long_ago)
    await ahead.look()
    assert two.gone.known.among({ANN}, COMMUNITY) == frozenset()
    now = utc_now() + LOOKS[0]
    assert await GoneAgain(one.gone).once(lambda: now) == 1
    await ahead.look()
    assert two.gone.known.among({ANN}, COMMUNITY) == {ANN}


async def test_a_late_erasure_that_fails_is_done_again(one: Replica, two: Replica, ahead: Ahead) -> None:
    await ahead.look()
    await one.erases(ANN)
    await _creates(two)
    again, failed = two.gone.again, 0
    assert again is not None

    async def fails_once(person: str, community: str | None) -> None:
        nonlocal failed
        failed += 1
        if failed == 1:
            raise PyMongoError("away")
        await again(person, community)

    two.gone.again = fails_once
    async with running(ahead.erase_late()):
        await ahead.look()
        await eventually(lambda: _erased(two))


async def test_an_old_write_is_not_erased_again(one: Replica, two: Replica, ahead: Ahead) -> None:
    """It stood when the erasure looked, which is what erased it."""
    await ahead.look()
    await _creates(two)
    ahead.hand.now += KEPT
    await ahead.look()
    await one.erases(ANN)
    await ahead.look()
    assert ahead._late.empty()


async def test_new_tombstones_are_found_by_an_index(two: Replica, ahead: Ahead) -> None:
    await two.db[COLLECTION].create_indexes(INDEXES)
    await ahead.look()
    await two.db.command({"profile": 2})
    try:
        await ahead.look()
    finally:
        await two.db.command({"profile": 0})
    plans = [each["planSummary"] async for each in two.db["system.profile"].find({"op": "query"})]
    assert len(plans) == 1
    assert "COLLSCAN" not in plans[0]
