"""What no majority has yet is not answered, decided on or handed over: a fail-over could take it back."""

from typing import Any, cast

import pytest
from pymongo import ReadPreference

from services.chassis.clock import utc_now
from services.chassis.errors import AlreadyExists
from services.chassis.store import mongo
from services.chassis.store.aggregates import Aggregates, Taken
from services.chassis.store.mongo import Document, insert_or_find
from services.chassis.store.receipt import Receipt, Replayed
from services.chassis.store.unavailable import StoreUnavailable
from tests.integration.chassis.lab import Tampered
from tests.integration.chassis.workshop import ME, THINGS, make


class Slow:
    """A collection whose majority learns of a document only after it was asked for some times."""

    def __init__(self, real: mongo.Collection, unknown: int) -> None:
        self._real = real
        self._unknown = unknown
        self.asked = 0

    async def find_one(self, *args: Any, **kwargs: Any) -> Document | None:
        self.asked += 1
        found: Document | None = await self._real.find_one(*args, **kwargs)
        return None if self.asked <= self._unknown else found


def _slowly(store: mongo.Database, unknown: int) -> tuple[Aggregates[Any], Slow]:
    things = Aggregates(THINGS, store, utc_now)
    slow = Slow(things.collection, unknown)
    things.collection = cast(Any, Tampered(things.collection, find_one=slow.find_one))
    return things, slow


@pytest.mark.parametrize("asked_for", ["", "?w=1&readConcernLevel=local&readPreference=secondaryPreferred"])
async def test_every_read_and_write_is_a_majoritys_whatever_the_address_says(mongodb_url: str, asked_for: str) -> None:
    client = mongo.connect(mongodb_url.split("?")[0] + asked_for, application="t")
    things = mongo.database(client, "anything")["things"]

    assert things.read_concern.level == "majority"
    assert things.write_concern.document == {"w": "majority", "j": True}
    assert things.read_preference == ReadPreference.PRIMARY
    client.close()


async def test_a_repetition_is_answered_once_a_majority_has_the_first(store: mongo.Database) -> None:
    receipt = Receipt("key-1", "print-1", 201, lambda stored: b"{}")
    await Aggregates(THINGS, store, utc_now).create("thing-1", make("thing-1"), ME, receipt=receipt)
    things, slow = _slowly(store, unknown=3)

    with pytest.raises(Replayed):
        await things.create("thing-1", make("thing-1"), ME, receipt=receipt)

    assert slow.asked == 4


async def test_an_event_that_comes_again_finds_its_effect_once_a_majority_has_it(store: mongo.Database) -> None:
    event = Taken("handler", "case-1", 1)
    await Aggregates(THINGS, store, utc_now).create("thing-1", make("thing-1", 7), ME, taken=event)
    things, slow = _slowly(store, unknown=2)

    assert (await things.create("thing-1", make("thing-1", 8), ME, taken=event)).aggregate.n == 7
    assert slow.asked == 3


async def test_an_id_counts_as_taken_only_once_a_majority_has_it(store: mongo.Database) -> None:
    await Aggregates(THINGS, store, utc_now).create("thing-1", make("thing-1"), ME)

    with pytest.raises(StoreUnavailable):
        await _slowly(store, unknown=1000)[0].create("thing-1", make("thing-1"), ME)
    with pytest.raises(AlreadyExists):
        await _slowly(store, unknown=1)[0].create("thing-1", make("thing-1"), ME)


async def test_an_aggregate_that_was_rolled_back_meanwhile_is_made_again(store: mongo.Database) -> None:
    """The id is taken, no majority has it, and then it is gone: the command has its effect after all."""
    things, slow = _slowly(store, unknown=1000)
    real = Aggregates(THINGS, store, utc_now)
    await real.create("thing-1", make("thing-1", 1), ME)
    asked = slow.find_one

    async def taken_back(*args: Any, **kwargs: Any) -> Document | None:
        await real.collection.delete_one({"_id": "thing-1"})
        return await asked(*args, **kwargs)

    things.collection = cast(Any, Tampered(real.collection, find_one=taken_back))
    assert (await things.create("thing-1", make("thing-1", 2), ME)).aggregate.n == 2


async def test_of_two_first_documents_the_one_that_a_majority_has_stands(store: mongo.Database) -> None:
    await store["things"].insert_one({"_id": "only", "n": 1})
    slow = Slow(store["things"], 2)
    things: Any = Tampered(store["things"], find_one=slow.find_one)

    assert await insert_or_find(things, {"_id": "only", "n": 2}) == {"_id": "only", "n": 1}
    assert await insert_or_find(things, {"_id": "other", "n": 2}) == {"_id": "other", "n": 2}
    assert slow.asked == 3
