"""Trouble that passes is waited out in place and in order; bugs get a few tries; broken rules none."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from pymongo.errors import AutoReconnect, NotPrimaryError

from services.chassis.errors import AlreadyExists, TooMuchContention
from services.chassis.store.unavailable import StoreUnavailable
from services.chassis.subscriber.handlers import Handlers, NotYet, Received
from services.chassis.subscriber.intake import Stopping
from tests.integration.chassis.lab import Lab
from tests.integration.chassis.workshop import ThingBumped, ThingMade
from tests.waiting import eventually, patiently

Handler = Callable[[Received[Any]], Awaitable[None]]


def handling(handler: Handler) -> Handlers:
    """Handlers of made and bumped things that do the same."""
    handlers = Handlers()
    handlers.on(ThingMade)(handler)
    handlers.on(ThingBumped)(handler)
    return handlers


@pytest.mark.parametrize(
    "trouble",
    [
        AutoReconnect(),
        NotPrimaryError(),
        StoreUnavailable(),
        TooMuchContention(),
        KafkaConnectionError(),
        ConnectionError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_passing_trouble_is_waited_out_in_order_and_without_a_dead_letter(lab: Lab, trouble: Exception) -> None:
    done: list[str] = []
    tries: list[float] = []

    async def flaky(received: Received[Any]) -> None:
        if received.envelope.sequence == 1 and len(tries) < 4:
            tries.append(asyncio.get_running_loop().time())
            raise trouble
        done.append(received.envelope.id)

    for sequence in (1, 2, 3):
        await lab.publish_fact("thing-1", sequence, ThingBumped(n=sequence))
    async with lab.subscribed(handling(flaky)) as consumer:
        await eventually(lambda: len(done) == 3)
        assert consumer.intake.counts.retries == 4
        assert consumer.intake.counts.dead_letters == 0

    assert done == ["thing-1.1", "thing-1.2", "thing-1.3"]
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert all(pause >= least for pause, least in zip(pauses, (0.045, 0.09, 0.18), strict=True)), pauses


async def test_another_aggregate_goes_on_while_one_is_in_trouble(lab: Lab) -> None:
    done: list[str] = []
    relieved = asyncio.Event()

    async def flaky(received: Received[Any]) -> None:
        if received.envelope.aggregate_id == "thing-1" and not relieved.is_set():
            raise StoreUnavailable()
        done.append(received.envelope.aggregate_id)
        relieved.set()

    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    await lab.publish_fact("thing-2", 1, ThingMade(n=1))
    async with lab.subscribed(handling(flaky)):
        await eventually(lambda: done == ["thing-2", "thing-1"])


async def test_a_broken_rule_is_a_dead_letter_at_once(lab: Lab) -> None:
    tries: list[str] = []
    done: list[str] = []

    async def refuse(received: Received[Any]) -> None:
        tries.append(received.envelope.id)
        if received.envelope.sequence == 1:
            raise AlreadyExists(kind="thing", id="thing-1")
        done.append(received.envelope.id)

    for sequence in (1, 2):
        await lab.publish_fact("thing-1", sequence, ThingBumped(n=sequence))
    async with lab.subscribed(handling(refuse)):
        await eventually(lambda: done == ["thing-1.2"])
        (letter,) = await lab.letters()

    assert tries == ["thing-1.1", "thing-1.2"]
    assert letter.mark("reason") == "rule-broken"
    assert letter.mark("detail").startswith("already-exists")


async def test_a_bug_gets_three_tries_and_then_the_partition_goes_on(lab: Lab) -> None:
    tries: list[str] = []
    done: list[str] = []

    async def fail(received: Received[Any]) -> None:
        tries.append(received.envelope.id)
        if received.envelope.sequence == 1:
            raise ZeroDivisionError("13812345678")
        done.append(received.envelope.id)

    for sequence in (1, 2):
        await lab.publish_fact("thing-1", sequence, ThingBumped(n=sequence))
    async with lab.subscribed(handling(fail)):
        await eventually(lambda: done == ["thing-1.2"])
        (letter,) = await lab.letters()

    assert tries == ["thing-1.1"] * 3 + ["thing-1.2"]
    assert (letter.mark("reason"), letter.mark("detail")) == ("handler-failed", "ZeroDivisionError")


async def test_a_handler_that_waits_for_another_event_is_tried_until_it_is_there(lab: Lab) -> None:
    """The other event brings what is needed while this one waits; nothing of the same aggregate overtakes it."""
    arrived = asyncio.Event()
    done: list[str] = []
    tries: list[str] = []

    async def needing(received: Received[Any]) -> None:
        if received.envelope.aggregate_id == "thing-2":
            await eventually(lambda: len(tries) >= 2)
            arrived.set()
        elif not arrived.is_set():
            tries.append(received.envelope.id)
            raise NotYet()
        done.append(received.envelope.id)

    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    await lab.publish_fact("thing-1", 2, ThingBumped(n=2))
    await lab.publish_fact("thing-2", 1, ThingMade(n=1))
    async with lab.subscribed(handling(needing)) as consumer:
        await eventually(lambda: len(done) == 3)
        assert consumer.intake.counts.dead_letters == 0

    assert done == ["thing-2.1", "thing-1.1", "thing-1.2"]
    assert set(tries) == {"thing-1.1"}


async def test_a_handler_that_waits_in_vain_leaves_a_dead_letter_after_its_time(lab: Lab) -> None:
    done: list[str] = []

    async def needing(received: Received[Any]) -> None:
        if received.envelope.sequence == 1:
            raise NotYet()
        done.append(received.envelope.id)

    for sequence in (1, 2):
        await lab.publish_fact("thing-1", sequence, ThingBumped(n=sequence))
    handlers = handling(needing)
    async with lab.subscribed(handlers, intake=lab.intake(handlers, wait_for_others=0.3)):
        await eventually(lambda: done == ["thing-1.2"])
        (letter,) = await lab.letters()
    assert letter.mark("reason") == "not-yet"


async def test_a_dead_letter_waits_for_kafka_to_take_it_and_is_not_forgotten(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = lab.producer.send
    refused: list[Any] = []

    async def refuse_twice(batches: Any) -> Any:
        batches = list(batches)
        if len(refused) < 2:
            refused.append(batches)
            return {batch.place for batch in batches}
        return await real(batches)

    monkeypatch.setattr(lab.producer, "send", refuse_twice)
    done: list[str] = []

    async def note(received: Received[Any]) -> None:
        done.append(received.envelope.id)

    await lab.publish(b"thing-1", b"nonsense", [])
    await lab.publish_fact("thing-1", 2, ThingBumped(n=2))
    async with lab.subscribed(handling(note)):
        await eventually(lambda: done == ["thing-1.2"])
    assert len(refused) == 2
    assert len(await lab.letters()) == 1


async def test_stopping_ends_the_waiting_and_nothing_is_counted_as_done(lab: Lab) -> None:
    async def away(_received: Received[Any]) -> None:
        raise StoreUnavailable()

    intake = lab.intake(handling(away))
    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    records = await lab.read(lab.facts)

    taking = asyncio.create_task(intake.take(records))
    await eventually(lambda: intake.counts.retries >= 4)
    intake.stopping.set()

    with pytest.raises(Stopping):
        await asyncio.wait_for(taking, patiently(2))
    assert intake.counts.effects == 0
