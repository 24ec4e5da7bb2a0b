"""Commands and their documents: the state and its events in one write, races, versions, repetitions."""

import asyncio
from contextlib import suppress
from datetime import datetime

import pytest
from pymongo import IndexModel, MongoClient
from pymongo.errors import DuplicateKeyError

from services.chassis.aggregate import Decision
from services.chassis.clock import utc_now
from services.chassis.errors import AlreadyExists, StaleVersion, UnknownAggregate
from services.chassis.store import mongo
from services.chassis.store.aggregates import Aggregates, Cause, Taken
from services.chassis.store.outbox import MAX_EVENT_BYTES, EventTooLarge
from services.chassis.store.unavailable import StoreUnavailable
from tests.integration.chassis.workshop import ME, THINGS, Thing, bump, bump_times, make, nothing
from tests.waiting import patiently


@pytest.fixture
def things(store: mongo.Database) -> Aggregates[Thing]:
    return Aggregates(THINGS, store, utc_now)


async def test_one_document_holds_the_state_and_the_events_that_made_it(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1", 7, secret="drawer"), Cause("ada", "request-1", "trace-1"))
    await things.change("thing-1", bump_times(2), ME)

    document = await things.collection.find_one({"_id": "thing-1"})

    assert document is not None
    assert document["v"] == 3
    assert document["state"]["n"] == 9
    assert [entry["seq"] for entry in document["outbox"]] == [1, 2, 3]
    first, second, third = document["outbox"]
    assert first["data"] == {"n": 7, "secret": "drawer"}
    assert (first["actor"], first["cause"], first["trace"]) == ("ada", "request-1", "trace-1")
    assert "state" not in second
    assert third["state"] == b'{"n":9}'


async def test_two_processes_change_one_aggregate_and_neither_change_is_lost(store: mongo.Database) -> None:
    """Two `Aggregates` share no lock, as two processes don't; only the version guards them."""
    one, two = Aggregates(THINGS, store, utc_now), Aggregates(THINGS, store, utc_now)
    await one.create("thing-1", make("thing-1"), ME)

    await asyncio.gather(*(side.change("thing-1", bump, ME) for side in (one, two) for _ in range(10)))

    document = await one.collection.find_one({"_id": "thing-1"})
    assert document is not None
    assert document["state"]["n"] == 20
    assert [entry["seq"] for entry in document["outbox"]] == list(range(1, 22))
    assert [entry["data"]["n"] for entry in document["outbox"]] == list(range(21))


async def test_a_crowd_is_written_in_few_writes_each_with_its_own_facts(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1"), ME)
    causes = [Cause(f"person-{n}", f"request-{n}", f"trace-{n}") for n in range(50)]

    came = await asyncio.gather(*(things.change("thing-1", bump, cause) for cause in causes))

    document = await things.collection.find_one({"_id": "thing-1"})
    assert document is not None
    facts = document["outbox"][1:]
    assert [(each["seq"], each["data"]["n"]) for each in facts] == [(n + 1, n) for n in range(1, 51)]
    assert [(each["actor"], each["cause"], each["trace"]) for each in facts] == [
        (cause.actor, cause.causationid, cause.traceparent) for cause in causes
    ]
    assert [(each.version, each.aggregate.n) for each in came] == [(n + 1, n) for n in range(1, 51)]
    assert sum("state" in each for each in facts) <= 3  # one for each write
    assert facts[-1]["state"] == b'{"n":50}'


async def test_a_loser_of_the_race_decides_again_on_what_the_winner_left(
    things: Aggregates[Thing], mongodb_url: str
) -> None:
    await things.create("thing-1", make("thing-1"), ME)
    seen: list[int] = []

    def overtaken(thing: Thing, now: datetime) -> Decision[Thing]:
        """The first time, somebody else writes while this decision is made."""
        if not seen:
            with MongoClient[dict[str, object]](mongodb_url) as other:
                collection = other[things.collection.database.name]["things"]
                collection.update_one({"_id": thing.id}, {"$inc": {"v": 1}, "$set": {"state.n": 100}})
        seen.append(thing.n)
        return bump(thing, now)

    stored = await things.change("thing-1", overtaken, ME)

    assert seen == [0, 100]
    assert (stored.aggregate.n, stored.version) == (101, 3)


async def test_an_expected_version_that_is_not_the_current_one_is_refused(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1"), ME)
    await things.change("thing-1", bump, ME, expected=1)

    with pytest.raises(StaleVersion) as refusal:
        await things.change("thing-1", bump, ME, expected=1)

    assert refusal.value.params == {"version": 2}
    assert (await things.get("thing-1")).aggregate.n == 1


async def test_of_two_that_expect_the_same_version_one_succeeds(store: mongo.Database) -> None:
    sides = [Aggregates(THINGS, store, utc_now) for _ in range(4)]
    await sides[0].create("thing-1", make("thing-1"), ME)

    outcomes = await asyncio.gather(
        *(side.change("thing-1", bump, ME, expected=1) for side in sides), return_exceptions=True
    )

    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == 3
    assert (await sides[0].get("thing-1")).version == 2


async def test_a_command_that_decides_on_nothing_writes_nothing(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1"), ME)
    before = await things.collection.find_one({"_id": "thing-1"})

    assert (await things.change("thing-1", nothing, ME)).version == 1
    assert await things.collection.find_one({"_id": "thing-1"}) == before


async def test_a_missing_aggregate_is_reported_as_unknown(things: Aggregates[Thing]) -> None:
    with pytest.raises(UnknownAggregate):
        await things.get("thing-0")
    with pytest.raises(UnknownAggregate):
        await things.change("thing-0", bump, ME)
    assert await things.find("thing-0") is None


async def test_an_aggregate_of_another_command_is_not_created_again_and_stays_as_it_is(
    things: Aggregates[Thing],
) -> None:
    await things.create("thing-1", make("thing-1", 1), ME)

    with pytest.raises(AlreadyExists):
        await things.create("thing-1", make("thing-1", 2), ME)
    with pytest.raises(AlreadyExists):
        await things.create("thing-1", make("thing-1", 2), ME, taken=Taken("handler", "case-1", 1))

    assert (await things.get("thing-1")).aggregate.n == 1


async def test_the_same_event_creates_once_and_finds_the_present_aggregate(things: Aggregates[Thing]) -> None:
    event = Taken("handler", "case-1", 4)
    await things.create("thing-1", make("thing-1"), ME, taken=event)
    await things.change("thing-1", bump, ME)

    again = await things.create("thing-1", make("thing-1"), ME, taken=event)

    assert (again.aggregate.n, again.version) == (1, 2)


async def test_the_same_event_creates_once_under_concurrency(store: mongo.Database) -> None:
    sides = [Aggregates(THINGS, store, utc_now) for _ in range(8)]
    event = Taken("handler", "case-1", 4)

    stored = await asyncio.gather(*(side.create("thing-1", make("thing-1"), ME, taken=event) for side in sides))

    assert {one.version for one in stored} == {1}
    document = await sides[0].collection.find_one({"_id": "thing-1"})
    assert document is not None
    assert len(document["outbox"]) == 1


async def test_an_event_taken_twice_changes_once(store: mongo.Database) -> None:
    """Redelivered together, to two processes, and again after a later event of the same source."""
    sides = [Aggregates(THINGS, store, utc_now) for _ in range(2)]
    await sides[0].create("thing-1", make("thing-1"), ME)
    first, second = Taken("handler", "case-1", 1), Taken("handler", "case-1", 2)

    await asyncio.gather(*(side.change("thing-1", bump, ME, taken=first) for side in sides for _ in range(4)))
    await sides[0].change("thing-1", bump, ME, taken=second)
    await sides[1].change("thing-1", bump, ME, taken=first)

    assert (await sides[0].get("thing-1")).aggregate.n == 2


async def test_two_handlers_of_one_event_each_have_their_effect(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1"), ME)

    for handler in ("one", "other"):
        await things.change("thing-1", bump, ME, taken=Taken(handler, "case-1", 1))

    assert (await things.get("thing-1")).aggregate.n == 2


async def test_an_event_too_large_for_a_message_is_refused_and_nothing_is_written(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1"), ME)
    before = await things.collection.find_one({"_id": "thing-1"})

    with pytest.raises(EventTooLarge):
        await things.change("thing-1", bump_times(1, blob=MAX_EVENT_BYTES + 1000), ME)
    with pytest.raises(EventTooLarge):
        await things.create("thing-2", make("thing-2", secret="x" * (MAX_EVENT_BYTES + 1)), ME)

    assert await things.collection.find_one({"_id": "thing-1"}) == before
    assert await things.find("thing-2") is None


async def test_a_state_too_large_for_a_message_is_refused(
    things: Aggregates[Thing], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each event is small, their sum is not: its message could never be sent, and the aggregate would stand still."""
    monkeypatch.setattr("services.chassis.store.outbox.MAX_EVENT_BYTES", 8)
    with pytest.raises(EventTooLarge):
        await things.create("thing-1", make("thing-1", 100), ME)
    assert await things.find("thing-1") is None


async def test_a_unique_index_of_the_service_holds_and_its_breach_is_no_repetition(things: Aggregates[Thing]) -> None:
    unique = IndexModel("state.name", unique=True, partialFilterExpression={"state.name": {"$type": "string"}})
    await things.collection.create_indexes([unique])
    await things.create("thing-1", make("thing-1", name="only"), ME)
    await things.create("thing-2", make("thing-2", name="other"), ME)
    event = Taken("handler", "case-1", 1)

    with pytest.raises(AlreadyExists):
        await things.create("thing-3", make("thing-3", name="only"), ME, taken=event)
    with pytest.raises(DuplicateKeyError):
        await things.change("thing-2", lambda thing, now: bump(thing.model_copy(update={"name": "only"}), now), ME)

    assert await things.find("thing-3") is None
    assert (await things.get("thing-2")).version == 1


async def test_a_store_that_does_not_answer_is_reported_as_unavailable() -> None:
    client = mongo.connect("mongodb://127.0.0.1:1/?replicaSet=rs0", application="t", select_within_ms=100)
    things = Aggregates(THINGS, mongo.database(client, "nowhere"), utc_now)

    for command in (
        things.create("thing-1", make("thing-1"), ME),
        things.change("thing-1", bump, ME),
        things.get("thing-1"),
        things.select({}),
    ):
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(command, patiently(5))
    client.close()


async def test_a_command_that_is_given_up_in_its_turn_does_not_hold_up_the_next_one(things: Aggregates[Thing]) -> None:
    await things.create("thing-1", make("thing-1"), ME)
    given_up = [asyncio.create_task(things.change("thing-1", bump, ME)) for _ in range(5)]
    await asyncio.sleep(0)
    for task in given_up[1:4]:
        task.cancel()
    for task in given_up:
        with suppress(asyncio.CancelledError):
            await task

    stored = await asyncio.wait_for(things.change("thing-1", bump, ME), patiently(5))

    assert stored.aggregate.n == 3
    assert len(things._change) == 0
