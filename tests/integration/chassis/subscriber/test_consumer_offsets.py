"""Offsets are committed after the effect, in batches, explicitly; whatever happens before, the records come again."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError

from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.handlers import Handlers, Received
from tests.integration.chassis.lab import Lab, fact
from tests.integration.chassis.workshop import ThingBumped, ThingMade
from tests.waiting import eventually, patiently


def noting(seen: list[str]) -> Handlers:
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def made(received: Received[ThingMade]) -> None:
        seen.append(received.envelope.id)

    return handlers


def spied_commits(consumer: Consumer) -> list[dict[TopicPartition, int]]:
    """The commits of a joined member, from now on."""
    commits: list[dict[TopicPartition, int]] = []
    member: Any = consumer._consumer()
    real = member.commit

    async def commit(offsets: dict[TopicPartition, int] | None = None) -> None:
        commits.append(dict(offsets or {}))
        await real(offsets)

    member.commit = commit
    return commits


async def test_a_new_group_begins_at_the_earliest_record(lab: Lab) -> None:
    """What was published before the group existed is for it too."""
    seen: list[str] = []
    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    async with lab.subscribed(noting(seen)):
        await eventually(lambda: seen == ["thing-1.1"])


async def test_a_consumer_killed_in_the_middle_has_committed_nothing_of_the_batch(lab: Lab) -> None:
    begun = asyncio.Event()
    seen: list[str] = []
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def hanging(_received: Received[ThingMade]) -> None:
        begun.set()
        await asyncio.Event().wait()

    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    consumer = lab.consumer(handlers, graceful=0.01)
    await consumer.run()
    await begun.wait()
    assert not any((await lab.committed()).values())
    await consumer.stop()  # its grace is over at once: the handler is cancelled in the middle
    assert not any((await lab.committed()).values())

    async with lab.subscribed(noting(seen)):
        await eventually(lambda: seen == ["thing-1.1"])
        await eventually(lambda: _done(lab, 1))


async def _done(lab: Lab, records: int) -> bool:
    return sum((await lab.committed()).values()) == records


async def test_a_group_goes_on_where_it_was_and_takes_nothing_twice(lab: Lab) -> None:
    seen: list[str] = []
    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    async with lab.subscribed(noting(seen)):
        await eventually(lambda: len(seen) == 1)
    await lab.publish_fact("thing-1", 2, ThingMade(n=1))
    async with lab.subscribed(noting(seen)):
        await eventually(lambda: len(seen) == 2)
    assert seen == ["thing-1.1", "thing-1.2"]


async def test_a_batch_costs_one_commit_that_names_its_offsets(lab: Lab) -> None:
    """A commit for each record costs thirty times the throughput; one without offsets commits what was only fetched."""
    seen: list[str] = []
    gate = asyncio.Event()
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def first_waits(received: Received[ThingMade]) -> None:
        if received.envelope.id == "thing-0.1":
            await gate.wait()
        seen.append(received.envelope.id)

    async with lab.subscribed(handlers) as consumer:
        commits = spied_commits(consumer)
        await lab.publish_fact("thing-0", 1, ThingMade(n=0))
        for number in range(1, 200):
            await lab.publish_fact(f"thing-{number}", 1, ThingMade(n=number))
        assert commits == []
        gate.set()
        await eventually(lambda: len(seen) == 200)
        await eventually(lambda: _done(lab, 200))

    assert 1 <= len(commits) <= 6
    assert all(commits)


async def test_a_batch_that_fails_unexpectedly_is_read_again_and_not_in_a_hot_loop(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    failed: list[float] = []
    handlers = noting(seen)
    intake = lab.intake(handlers)
    real: Callable[..., Any] = intake.take

    async def take(records: Any) -> None:
        if len(failed) < 3:
            failed.append(asyncio.get_running_loop().time())
            raise ZeroDivisionError
        await real(records)

    monkeypatch.setattr(intake, "take", take)
    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    async with lab.subscribed(handlers, intake=intake):
        await eventually(lambda: seen)
        await lab.publish_fact("thing-1", 2, ThingMade(n=1))
        await eventually(lambda: seen == ["thing-1.1", "thing-1.2"])

    assert failed[2] - failed[0] >= 0.28


async def test_a_commit_that_is_refused_ends_nothing(lab: Lab) -> None:
    """The group moved on meanwhile: the records come again elsewhere, and this member goes on."""
    seen: list[str] = []
    async with lab.subscribed(noting(seen)) as consumer:
        member: Any = consumer._consumer()
        real = member.commit
        refusals: list[int] = []

        async def refuse_once(offsets: Any) -> None:
            if not refusals:
                refusals.append(1)
                raise CommitFailedError("the group has rebalanced")
            await real(offsets)

        member.commit = refuse_once
        await lab.publish_fact("thing-1", 1, ThingMade(n=1))
        await eventually(lambda: consumer.commits_lost == 1)
        await lab.publish_fact("thing-1", 2, ThingMade(n=1))
        await eventually(lambda: _done(lab, 2))
    assert seen == ["thing-1.1", "thing-1.2"]


async def test_keys_run_side_by_side_and_one_key_in_order(lab: Lab) -> None:
    """Each of two aggregates waits for the other: one after the other would never end."""
    met = asyncio.Barrier(2)
    order: list[str] = []
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def made(received: Received[ThingMade]) -> None:
        await asyncio.wait_for(met.wait(), patiently(10))
        order.append(received.envelope.id)

    @handlers.on(ThingBumped)
    async def bumped(received: Received[ThingBumped]) -> None:
        order.append(received.envelope.id)

    for id in ("thing-1", "thing-2"):
        await lab.publish_fact(id, 1, ThingMade(n=1))
        await lab.publish_fact(id, 2, ThingBumped(n=2))
    records = sorted(await lab.read(lab.facts), key=lambda record: record.offset)
    await lab.intake(handlers).take(records)

    for id in ("thing-1", "thing-2"):
        assert [one for one in order if one.startswith(id)] == [f"{id}.1", f"{id}.2"]


async def test_no_more_keys_at_once_than_allowed(lab: Lab) -> None:
    running_now, most = 0, 0
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def made(_received: Received[ThingMade]) -> None:
        nonlocal running_now, most
        running_now += 1
        most = max(most, running_now)
        for _ in range(5):
            await asyncio.sleep(0)
        running_now -= 1

    for number in range(20):
        await lab.publish_fact(f"thing-{number}", 1, ThingMade(n=1))
    await lab.intake(handlers, side_by_side=3).take(await lab.read(lab.facts))
    assert most == 3


async def test_the_lag_is_what_is_published_and_not_taken(lab: Lab) -> None:
    gate = asyncio.Event()
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def made(_received: Received[ThingMade]) -> None:
        await gate.wait()

    for number in range(7):
        await lab.publish_fact(f"thing-{number}", 1, ThingMade(n=1))
    async with lab.subscribed(handlers) as consumer:
        assert sum((await consumer.lag()).values()) == 7
        gate.set()
        await eventually(lambda: _no_lag(consumer))


async def _no_lag(consumer: Consumer) -> bool:
    return sum((await consumer.lag()).values()) == 0


async def test_the_trace_goes_on_from_the_event_to_the_effect(lab: Lab) -> None:
    """From the header to the cause of the handler's commands, through the span that the handler runs in."""
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    causes: list[Any] = []
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def made(received: Received[ThingMade]) -> None:
        causes.append(received.cause)

    await lab.publish(*fact("thing-1", 1, ThingMade(n=1), traceparent=trace))
    await lab.publish(*fact("thing-1", 2, ThingMade(n=1), traceparent="nonsense"))
    async with lab.subscribed(handlers):
        await eventually(lambda: len(causes) == 2)
    assert (causes[0].traceparent, causes[0].causationid, causes[0].actor) == (trace, "thing-1.1", "system")
    assert causes[1].traceparent is None
