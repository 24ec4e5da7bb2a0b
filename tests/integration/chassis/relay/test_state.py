"""The `.state` topic: the latest public state under the aggregate's key, a tombstone at its end, again on request."""

import orjson
import pytest

from services.chassis.relay.republish import RepublishRequests
from tests.integration.chassis.lab import Lab, by_key, running
from tests.integration.chassis.workshop import ME, ThingState, bump, bump_times, erase, make, whisper
from tests.waiting import eventually


async def test_one_state_per_round_as_of_the_last_version(lab: Lab) -> None:
    things = lab.things()
    await things.create("thing-1", make("thing-1", 1), ME)
    await things.change("thing-1", bump_times(3), ME)
    assert await (await lab.lane()).drain()

    (record,) = await lab.read(lab.states)
    (envelope,) = by_key([record])["thing-1"]

    assert orjson.loads(record.value or b"") == {"n": 4}
    assert (envelope.sequence, envelope.type, envelope.id) == (4, ThingState.type, "thing-1.4.state")
    assert envelope.subject == "thing/thing-1"


async def test_each_round_brings_the_state_up_to_date_internal_events_included(lab: Lab) -> None:
    things, lane = lab.things(), await lab.lane()
    await things.create("thing-1", make("thing-1", 1), ME)
    assert await lane.drain()
    await things.change("thing-1", bump, ME)
    assert await lane.drain()
    await things.change("thing-1", whisper, ME)
    assert await lane.drain()

    records = await lab.read(lab.states)

    assert [record.value for record in records] == [b'{"n":1}', b'{"n":2}', b'{"n":2}']
    assert [envelope.sequence for envelope in by_key(records)["thing-1"]] == [1, 2, 3]


async def test_an_erased_aggregate_leaves_a_tombstone_with_its_version(lab: Lab) -> None:
    things, lane = lab.things(), await lab.lane()
    await things.create("thing-1", make("thing-1", 1), ME)
    assert await lane.drain()
    await things.change("thing-1", erase, ME)
    assert await lane.drain()

    first, second = await lab.read(lab.states)

    assert first.value is not None
    assert second.value is None
    assert by_key([second])["thing-1"][0].sequence == 2


async def test_states_that_were_asked_for_are_published_as_they_stand_now(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a batch of them, one erased, one that never was; each request is answered once."""
    monkeypatch.setattr("services.chassis.relay.relay.BATCH", 2)
    things, lane, republish = lab.things(), await lab.lane(), RepublishRequests(lab.store)
    ids = [f"thing-{n}" for n in range(5)]
    for id in ids:
        await things.create(id, make(id, 1), ME)
    await things.change("thing-4", erase, ME)
    assert await lane.drain()
    before = by_key(await lab.read(lab.states))

    await republish.ask("thing", [*ids, "thing-never"])
    await republish.ask("thing", ids)
    await republish.ask("thinglike", ["thing-0"])
    async with running(lane.run()):
        await eventually(lambda: _answered(lab))

    records = await lab.read(lab.states)
    after = by_key(records)
    assert {id: len(after[id]) - len(before[id]) for id in after} == dict.fromkeys(ids, 1)
    latest = {record.key: record.value for record in records}
    assert latest == {**{id.encode(): b'{"n":1}' for id in ids[:4]}, b"thing-4": None}
    assert after["thing-4"][-1].sequence == 2
    assert [each.aggregate for each in await republish.asked("thinglike", 10)] == ["thing-0"]


async def _answered(lab: Lab) -> bool:
    return not await RepublishRequests(lab.store).asked("thing", 1)


async def test_a_request_that_kafka_does_not_take_stays_asked(lab: Lab) -> None:
    things, republish = lab.things(), RepublishRequests(lab.store)
    await things.create("thing-1", make("thing-1", 1), ME)
    assert await (await lab.lane()).drain()
    await republish.ask("thing", ["thing-1"])

    class Refusing:
        def __getattr__(self, name: str) -> object:
            return getattr(lab.producer, name)

        async def send(self, batches: object) -> object:
            return {batch.place for batch in batches}  # type: ignore[attr-defined]

    assert not await (await lab.lane(producer=Refusing())).drain()  # type: ignore[arg-type]

    assert [each.aggregate for each in await republish.asked("thing", 5)] == ["thing-1"]
    assert await (await lab.lane()).drain()
    assert len(await lab.read(lab.states)) == 2
