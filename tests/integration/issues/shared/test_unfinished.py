"""Counts that are asked for: made, or parked with one line where they can't be made, and told by readiness to read."""

import logging
from collections.abc import AsyncIterator

import pytest

from services.chassis.errors import StaleVersion, UnknownAggregate
from services.chassis.store import mongo
from services.chassis.store.mongo import Database, Document
from services.issues.shared.unfinished import RecountMarks, UnfinishedCounts, asking


@pytest.fixture
async def marked(mongodb_url: str, database: str) -> AsyncIterator[Database]:
    """A database with marks on a round that does not exist, one that does, and one that somebody else changes."""
    client = mongo.connect(mongodb_url, application="unfinished-tests")
    store = mongo.database(client, database)
    await store["recounts"].bulk_write([asking("gone"), asking("there"), asking("busy")])
    yield store
    client.close()


async def _count(mark: Document) -> None:
    if mark["_id"] == "gone":
        raise UnknownAggregate(kind="round", id="gone")
    if mark["_id"] == "busy":
        raise StaleVersion(version=1)


async def test_a_count_that_can_not_be_made_is_told_once(marked: Database, caplog: pytest.LogCaptureFixture) -> None:
    marks = RecountMarks(marked["recounts"])
    with caplog.at_level(logging.WARNING):
        assert [await marks.clear(_count) for _ in range(5)] == [1, 0, 0, 0, 0]
    assert [record.getMessage() for record in caplog.records] == ["not counted, parked until somebody asks again"]
    assert await marks.waiting() == (1, 1)


async def test_who_asks_again_takes_it_up_again(marked: Database) -> None:
    marks = RecountMarks(marked["recounts"])
    await marks.clear(_count)
    await marked["recounts"].bulk_write([asking("gone")])
    counted: list[str] = []

    async def well(mark: Document) -> None:
        counted.append(mark["_id"])

    assert await marks.clear(well) == 2
    assert sorted(counted) == ["busy", "gone"]
    assert await marks.waiting() == (0, 0)


async def test_what_is_asked_for_while_it_is_counted_stays(marked: Database) -> None:
    async def meanwhile(mark: Document) -> None:
        await marked["recounts"].bulk_write([asking(mark["_id"])])

    marks = RecountMarks(marked["recounts"])
    await marks.clear(meanwhile)
    assert await marks.waiting() == (3, 0)


async def test_readiness_tells_of_counts_that_wait_and_minds_them_once_they_are_late(marked: Database) -> None:
    now = 0.0
    fact = UnfinishedCounts(marked, "recounts", "tallies", now=lambda: now)
    first = await fact.check()
    assert (first.ok, first.value) == (True, {"waiting": 3, "parked": 0, "seconds": 0.0})
    now = 61.0
    assert not (await fact.check()).ok
    await RecountMarks(marked["recounts"]).clear(_count)
    await marked["recounts"].delete_one({"_id": "busy"})
    last = await fact.check()
    assert (last.ok, last.value["parked"]) == (True, 1)
