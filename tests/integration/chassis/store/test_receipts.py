"""Receipts: a request sent twice has one effect and one answer, whoever sends it, however often, at the same time."""

import asyncio
from datetime import datetime

import pytest

from services.chassis.aggregate import Decision
from services.chassis.clock import utc_now
from services.chassis.errors import AlreadyExists, StaleVersion
from services.chassis.store import mongo
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.store.receipt import A_WHILE, KEPT, IdempotencyKeyReused, Receipt, Replayed
from tests.integration.chassis.workshop import ME, THINGS, Thing, bump, make, nothing


def receipt(key: str = "key-1", fingerprint: str = "print-1", status: int = 200) -> Receipt:
    def render(stored: Stored[Thing]) -> bytes:
        return f'{{"n":{stored.aggregate.n},"version":{stored.version}}}'.encode()

    return Receipt(key, fingerprint, status, render)


@pytest.fixture
def things(store: mongo.Database) -> Aggregates[Thing]:
    return Aggregates(THINGS, store, utc_now)


async def answers(*commands: object) -> list[bytes]:
    """What each of the same requests is answered, whether it was the first or not."""
    outcomes = await asyncio.gather(*commands, return_exceptions=True)  # type: ignore[call-overload]
    found: list[bytes] = []
    for outcome in outcomes:
        if isinstance(outcome, Stored):
            found.append(receipt().render(outcome))
        else:
            assert isinstance(outcome, Replayed), outcome
            found.append(outcome.body)
    return found


async def test_fifty_copies_of_a_change_have_one_effect_and_one_answer(store: mongo.Database) -> None:
    sides = [Aggregates(THINGS, store, utc_now) for _ in range(5)]
    await sides[0].create("thing-1", make("thing-1"), ME)

    found = await answers(*(side.change("thing-1", bump, ME, receipt=receipt()) for side in sides for _ in range(10)))

    assert len(found) == 50
    assert set(found) == {b'{"n":1,"version":2}'}
    assert (await sides[0].get("thing-1")).version == 2


async def test_a_crowd_that_was_left_without_answers_repeats_and_has_one_effect_each(store: mongo.Database) -> None:
    """The process dies somewhere in the middle of them; another one is asked again."""
    one, two = (Aggregates(THINGS, store, utc_now) for _ in range(2))
    await one.create("thing-1", make("thing-1"), ME)
    crowd = [asyncio.create_task(one.change("thing-1", bump, ME, receipt=receipt(f"key-{n}"))) for n in range(40)]
    await asyncio.wait(crowd, return_when=asyncio.FIRST_COMPLETED)
    for task in crowd:
        task.cancel()

    found = await answers(*(two.change("thing-1", bump, ME, receipt=receipt(f"key-{n}")) for n in range(40)))

    assert len(set(found)) == 40
    stored = await two.get("thing-1")
    assert (stored.aggregate.n, stored.version) == (40, 41)


async def test_fifty_copies_of_a_creation_have_one_effect_and_one_answer(store: mongo.Database) -> None:
    sides = [Aggregates(THINGS, store, utc_now) for _ in range(5)]

    found = await answers(
        *(side.create("thing-1", make("thing-1"), ME, receipt=receipt()) for side in sides for _ in range(10))
    )

    assert set(found) == {b'{"n":0,"version":1}'}


async def test_the_first_answer_is_given_again_after_the_aggregate_has_moved_on(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1"), ME, receipt=receipt(status=201))
    await things.change("thing-1", bump, ME)

    with pytest.raises(Replayed) as again:
        await things.create("thing-1", make("thing-1"), ME, receipt=receipt(status=201))

    assert (again.value.status, again.value.body, again.value.version) == (201, b'{"n":0,"version":1}', 1)


async def test_a_repetition_is_answered_even_where_its_expected_version_has_passed(things: Aggregates[Thing]) -> None:
    """The first try's answer was lost on the way; the second must not be told that it was overtaken by itself."""
    await things.create("thing-1", make("thing-1"), ME)
    await things.change("thing-1", bump, ME, expected=1, receipt=receipt())

    with pytest.raises(Replayed):
        await things.change("thing-1", bump, ME, expected=1, receipt=receipt())
    with pytest.raises(StaleVersion):
        await things.change("thing-1", bump, ME, expected=1, receipt=receipt("key-2"))


async def test_a_key_used_for_another_request_is_refused(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1"), ME, receipt=receipt())

    with pytest.raises(IdempotencyKeyReused):
        await things.create("thing-1", make("thing-1"), ME, receipt=receipt(fingerprint="print-2"))
    with pytest.raises(IdempotencyKeyReused):
        await things.change("thing-1", bump, ME, receipt=receipt(fingerprint="print-2"))

    assert (await things.get("thing-1")).version == 1


async def test_another_key_does_not_create_a_second_time(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1"), ME, receipt=receipt())

    with pytest.raises(AlreadyExists):
        await things.create("thing-1", make("thing-1"), ME, receipt=receipt("key-2"))


async def test_a_command_without_events_leaves_its_receipt(things: Aggregates[Thing]) -> None:
    """What was nothing to do then is answered the same when there would be something to do now."""
    await things.create("thing-1", make("thing-1"), ME)
    await things.change("thing-1", nothing, ME, receipt=receipt())

    with pytest.raises(Replayed) as again:
        await things.change("thing-1", bump, ME, receipt=receipt())

    assert again.value.body == b'{"n":0,"version":1}'
    document = await things.collection.find_one({"_id": "thing-1"})
    assert document is not None
    assert (document["v"], len(document["outbox"])) == (1, 1)


async def test_a_refused_command_leaves_no_receipt(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1"), ME)

    def refuse(_thing: Thing, _now: datetime) -> Decision[Thing]:
        raise StaleVersion(version=0)

    with pytest.raises(StaleVersion):
        await things.change("thing-1", refuse, ME, receipt=receipt())

    assert (await things.change("thing-1", bump, ME, receipt=receipt())).version == 2


async def test_the_latest_receipts_are_kept_and_the_document_does_not_grow(store: mongo.Database) -> None:
    """In a crowd those of all who may still repeat are kept; when it has gone, as many as ever."""
    now = utc_now()
    things = Aggregates(THINGS, store, lambda: now)
    await things.create("thing-1", make("thing-1"), ME)
    crowd = KEPT + 3
    await asyncio.gather(*(things.change("thing-1", bump, ME, receipt=receipt(f"key-{n}")) for n in range(crowd)))

    assert len(await _keys(things)) == crowd
    now += A_WHILE
    await things.change("thing-1", bump, ME, receipt=receipt("last"))
    assert await _keys(things) == [*(f"key-{n}" for n in range(4, crowd)), "last"]


async def _keys(things: Aggregates[Thing]) -> list[str]:
    document = await things.collection.find_one({"_id": "thing-1"}) or {}
    return [entry["k"] for entry in document["receipts"]]
