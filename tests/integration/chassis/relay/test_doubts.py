"""States that may be old on their topic: doubted on record before anything newer is sent, and published again."""

import asyncio
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.chassis.kafka.producer import Producer
from services.chassis.relay.republish import RepublishRequests
from tests.faults.wire import Wire
from tests.integration.chassis.lab import Lab, Tampered, by_key, running
from tests.integration.chassis.workshop import ME, bump, make
from tests.waiting import eventually


async def requests(lab: Lab) -> dict[str, Any]:
    """What is asked for and doubted, by aggregate."""
    return {each["_id"]["a"]: each async for each in lab.store["restates"].find()}


async def make_due(lab: Lab) -> None:
    """As if the wait were over."""
    await lab.store["restates"].update_many({}, [{"$set": {"due": "$$NOW"}}])


def unanswered(lab: Lab, *, arrives: bool) -> Any:
    """A producer whose requests have no answer; they arrive, or not."""

    async def send(batches: Any) -> set[Any]:
        batches = list(batches)
        if arrives:
            await lab.producer.send(batches)
        for batch in batches:
            batch.doubtful = True
        return {batch.place for batch in batches}

    return Tampered(lab.producer, send=send)


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_state_whose_sending_is_in_doubt_is_published_again_and_again(lab: Lab, arrives: bool) -> None:
    things = lab.things()
    await things.create("thing-1", make("thing-1", 1), ME)
    assert not await (await lab.lane(producer=unanswered(lab, arrives=arrives))).drain()
    assert (await requests(lab))["thing-1"]["wait"] == 30.0

    lane = await lab.lane()
    await things.change("thing-1", bump, ME)
    assert await lane.drain()
    before = len(await lab.read(lab.states))
    for wait in (60.0, 120.0):
        await make_due(lab)
        assert await lane.drain()
        assert (await requests(lab))["thing-1"]["wait"] == wait

    states = by_key(await lab.read(lab.states))["thing-1"]
    assert [envelope.sequence for envelope in states[before:]] == [2, 2]


async def test_doubt_ends_after_the_longest_wait(lab: Lab) -> None:
    republish = RepublishRequests(lab.store)
    await republish.doubt("thing", ["thing-1"], 0.0)
    times = 0
    await lab.store["restates"].update_many({}, {"$set": {"wait": 30.0}})
    while asked := await republish.asked("thing", 5):
        await republish.answered("thing", asked)
        await make_due(lab)
        times += 1
    assert times == 5


async def test_a_request_that_is_repeated_while_it_is_answered_stays(lab: Lab) -> None:
    republish = RepublishRequests(lab.store)
    await republish.ask("thing", ["thing-1", "thing-2"])
    asked = await republish.asked("thing", 5)
    await republish.ask("thing", ["thing-1"])
    await republish.answered("thing", asked)

    assert [each.aggregate for each in await republish.asked("thing", 5)] == ["thing-1"]


async def test_nothing_newer_is_sent_before_the_doubt_is_on_record(lab: Lab) -> None:
    """The store does not take the doubt: the aggregate waits, and nobody who dies now leaves an old state behind."""
    things = lab.things()
    await things.create("thing-1", make("thing-1", 1), ME)
    lane = await lab.lane(producer=unanswered(lab, arrives=False))
    real = lane._doubtful._republish

    async def away(*_args: Any) -> None:
        raise AutoReconnect("away")

    lane._doubtful._republish = Tampered(real, doubt=away)  # type: ignore[assignment]
    assert not await lane.drain()
    assert not lane.clean

    lane._producer = lab.producer
    await things.change("thing-1", bump, ME)
    assert not await lane.drain()
    assert await lab.read(lab.states) == []

    lane._doubtful._republish = real
    assert await lane.drain()
    assert lane.clean
    assert "thing-1" in await requests(lab)


async def test_a_leader_that_follows_a_dead_one_doubts_what_it_may_have_sent(lab: Lab) -> None:
    things = lab.things()
    await things.create("thing-1", make("thing-1"), ME)
    await RepublishRequests(lab.store).ask("thing", ["thing-2"])
    one, two = await lab.lease("one", seconds=1.5), await lab.lease("two", seconds=30)
    await eventually(two.acquire)
    lane = await lab.lane(two)
    assert not lane.clean

    assert await lane.drain()

    assert lane.clean
    assert not one.held
    found = await requests(lab)
    assert {id: each["wait"] for id, each in found.items()} == {"thing-1": 30.0, "thing-2": 60.0}


async def test_a_leader_that_follows_one_which_gave_its_lease_up_doubts_nothing(lab: Lab) -> None:
    await lab.things().create("thing-1", make("thing-1"), ME)
    await (await lab.lease("one")).release()
    lane = await lab.lane(await lab.lease("two"))

    assert await lane.drain()

    assert await requests(lab) == {}


async def test_documents_handed_over_in_an_older_epoch_are_not_sent(lab: Lab) -> None:
    """The leader freezes with a commit in its hands; another publishes it and a newer one, and gives the lease back."""
    handed: list[Any] = []
    things = lab.things(handed.append)
    await things.create("thing-1", make("thing-1"), ME)
    one = await lab.lease("one", seconds=1.5)
    lane = await lab.lane(one, poll=3600)
    assert await lane.drain()
    await things.change("thing-1", bump, ME)
    lane.committed(handed[-1])

    two = await lab.lease("two", seconds=30)
    await eventually(two.acquire)
    other = await lab.lane(two)
    assert await other.drain()
    await things.change("thing-1", bump, ME)
    assert await other.drain()
    await two.release()
    assert await one.acquire()
    assert await lane.drain()

    assert [envelope.sequence for envelope in by_key(await lab.read(lab.states))["thing-1"]] == [1, 2, 3]


async def test_a_round_that_ends_in_another_epoch_has_its_states_published_again(lab: Lab) -> None:
    """Frozen while it sends, and when it wakes it leads again: what it sent may have overwritten what others sent."""
    one = await lab.lease("one", seconds=1.5)
    things = lab.things()
    await things.create("thing-1", make("thing-1"), ME)

    async def frozen(batches: Any) -> Any:
        two = await lab.lease("two", seconds=30)
        await eventually(two.acquire)
        other = await lab.lane(two)
        assert await other.drain()
        await things.change("thing-1", bump, ME)
        assert await other.drain()
        await two.release()
        failed = await lab.producer.send(batches)
        assert await one.acquire()
        lane._producer = lab.producer
        return failed

    lane = await lab.lane(one, producer=Tampered(lab.producer, send=frozen))  # type: ignore[arg-type]
    async with running(lane.run()):
        await eventually(lambda: _last_state_is(lab, 2))

    assert [envelope.sequence for envelope in by_key(await lab.read(lab.states))["thing-1"]][:3] == [1, 2, 1]


async def _last_state_is(lab: Lab, sequence: int) -> bool:
    states = by_key(await lab.read(lab.states)).get("thing-1", [])
    return len(states) > 3 and states[-1].sequence == sequence


async def test_a_request_that_the_network_keeps_is_doubtful_and_dropped_when_it_is_given_up(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has its answer is not doubtful, and one that never went out neither."""
    host, port = lab.kafka.rsplit(":", 1)
    wire, loop = Wire(lambda: int(port)), asyncio.get_running_loop()
    connect = loop.create_connection

    def over_the_wire(protocol: Any, _host: str, _port: int, **options: Any) -> Any:
        return connect(protocol, host, wire.port, **options)

    monkeypatch.setattr(loop, "create_connection", over_the_wire)
    producer = Producer(lab.kafka, client_id="wired", time_out=2.0)
    await producer.run()
    place = await producer.place(lab.facts, b"thing-1")

    async def sent(word: bytes) -> tuple[bool, bool]:
        batch = producer.batch(place)
        batch.add(b"thing-1", word, [])
        return not await producer.send([batch]), batch.doubtful

    try:
        assert await sent(b"first") == (True, False)
        wire.keep_back(new=True)
        assert await sent(b"second") == (False, True)
        assert wire.keeps(b"second")
        assert await eventually(lambda: wire.given_up(b"second"))
        wire.cut()
        assert await sent(b"third") == (False, False)
        assert await producer.stop()
    finally:
        wire.close()
