"""The relay in bad weather: whatever breaks, wherever: every event arrives, in order, and the journal has it once."""

import asyncio
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.chassis.kafka.producer import Producer
from services.chassis.store.journal import Journal
from tests.integration.chassis.lab import Lab, Tampered, first_arrivals, running, sequences
from tests.integration.chassis.late import late_kafka
from tests.integration.chassis.workshop import ME, bump, make
from tests.waiting import eventually

IDS = [f"thing-{n}" for n in range(6)]
EXPECTED = {id: [1, 2] for id in IDS}


async def prepared(lab: Lab) -> None:
    things = lab.things()
    for id in IDS:
        await things.create(id, make(id), ME)
        await things.change(id, bump, ME)


class Once:
    """The real method, but broken the first time: `before` it has its effect, or only after."""

    def __init__(self, real: Any, *, before: bool) -> None:
        self.real = real
        self.before = before
        self.calls = 0

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self.calls == 1 and self.before:
            raise AutoReconnect("broken")
        result = await self.real(*args, **kwargs)
        if self.calls == 1:
            raise AutoReconnect("broken")
        return result


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("step", ["clear", "journal"])
async def test_a_step_that_breaks_is_done_again_by_the_running_relay(lab: Lab, step: str, before: bool) -> None:
    await prepared(lab)
    real = lab.things().collection if step == "clear" else Journal(lab.store)
    method = "bulk_write" if step == "clear" else "append"
    broken = Once(getattr(real, method), before=before)
    tampered: Any = Tampered(real, **{method: broken})
    lane = await (lab.lane(collection=tampered) if step == "clear" else lab.lane(journal=tampered))

    async with running(lane.run()):
        await eventually(lab.relayed)

    assert broken.calls > (step == "journal" or before)
    assert first_arrivals(await lab.read(lab.facts)) == EXPECTED
    assert await lab.journal() == EXPECTED


@pytest.mark.parametrize("step", ["clear", "journal", "send"])
async def test_a_relay_killed_at_a_step_leaves_everything_to_the_next_one(lab: Lab, step: str) -> None:
    """It hangs at the step for ever and is killed there; another process begins from what stands in the store."""
    await prepared(lab)
    reached = asyncio.Event()

    async def hang(*_args: Any, **_kwargs: Any) -> None:
        reached.set()
        await asyncio.Event().wait()

    parts: dict[str, Any] = {
        "clear": {"collection": Tampered(lab.things().collection, bulk_write=hang)},
        "journal": {"journal": Tampered(Journal(lab.store), append=hang)},
        "send": {"producer": Tampered(lab.producer, send=hang)},
    }
    lane = await lab.lane(**parts[step])
    async with running(lane.run()):
        await reached.wait()
        if step == "clear":
            await eventually(lab.journal)
    assert await lab.waiting() == len(IDS)

    assert await (await lab.lane()).drain()

    facts = await lab.read(lab.facts)
    assert first_arrivals(facts) == EXPECTED
    assert await lab.journal() == EXPECTED
    assert await lab.relayed()
    if step == "clear":
        assert sequences(facts) == {id: [1, 2, 1, 2] for id in IDS}


async def test_an_event_leaves_the_outbox_only_when_journal_and_topic_have_it(lab: Lab) -> None:
    await prepared(lab)

    async def refuse(*_args: Any) -> None:
        raise AutoReconnect("broken")

    lane = await lab.lane(journal=Tampered(Journal(lab.store), append=refuse))  # type: ignore[arg-type]
    assert not await lane.drain()
    assert await lab.waiting() == len(IDS)

    async def send_nothing(batches: Any) -> set[Any]:
        return {batch.place for batch in batches}

    lane = await lab.lane(producer=Tampered(lab.producer, send=send_nothing))  # type: ignore[arg-type]
    assert not await lane.drain()
    assert await lab.waiting() == len(IDS)
    assert await lab.journal() == EXPECTED


async def test_one_aggregate_stops_at_its_failure_and_the_others_go_on(lab: Lab) -> None:
    """A partition that takes nothing for a while delays its own aggregates; nothing of them is lost or overtaken."""
    await prepared(lab)
    stuck = await lab.producer.place(lab.facts, b"thing-0")
    blocked = True

    async def send(batches: Any) -> set[Any]:
        batches = list(batches)
        held_back = {batch.place for batch in batches if blocked and batch.place == stuck}
        return held_back | await lab.producer.send([p for p in batches if p.place not in held_back])

    lane = await lab.lane(producer=Tampered(lab.producer, send=send))  # type: ignore[arg-type]
    with_it = {id for id in IDS if await lab.producer.place(lab.facts, id.encode()) == stuck}
    assert 0 < len(with_it) < len(IDS)

    async with running(lane.run()):
        await eventually(lambda: _waiting_are(lab, with_it))
        for id in IDS:
            await lab.things(lane.committed).change(id, bump, ME)
        await eventually(lambda: _waiting_are(lab, with_it))
        blocked = False
        await eventually(lab.relayed)

    assert first_arrivals(await lab.read(lab.facts)) == {id: [1, 2, 3] for id in IDS}


async def _waiting_are(lab: Lab, ids: set[str]) -> bool:
    found = await lab.things().collection.find({"outbox.0": {"$exists": True}}).to_list(100)
    return {document["_id"] for document in found} == ids


async def test_an_event_type_of_a_newer_version_holds_up_its_own_aggregate_only(lab: Lab) -> None:
    """During a roll-out the old version may lead while the new one commits: it must neither die nor skip."""
    await prepared(lab)
    unknown = "cn.community.workshop.thing.invented.v1"
    await lab.things().collection.update_one({"_id": "thing-0"}, {"$set": {"outbox.1.type": unknown}})
    lane = await lab.lane()

    async with running(lane.run()):
        await eventually(lambda: _waiting_are(lab, {"thing-0"}))

    assert first_arrivals(await lab.read(lab.facts)) == {**EXPECTED, "thing-0": [1]}


async def test_kafka_away_at_the_start_then_there(lab: Lab) -> None:
    await prepared(lab)
    async with late_kafka(lab.kafka) as (address, come_up):
        producer = Producer(address, client_id="late", time_out=2.0)
        lane = await lab.lane(producer=producer)
        connecting = asyncio.create_task(producer.run())
        async with running(lane.run()):
            await lab.things().change("thing-0", bump, ME)
            assert await lab.waiting() == len(IDS)
            await come_up()
            await eventually(lab.relayed)
        await connecting
        await producer.stop()

    assert first_arrivals(await lab.read(lab.facts)) == {**EXPECTED, "thing-0": [1, 2, 3]}
