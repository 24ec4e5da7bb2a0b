"""What a process commits is handed over to its relay: it need not be read, and it is relayed like everything else."""

import asyncio
from typing import Any

import pytest

from services.chassis.relay.relay import Lane
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Document
from tests.integration.chassis.lab import Lab, Tampered, by_key, first_arrivals, running, sequences
from tests.integration.chassis.workshop import ME, Thing, bump, bump_times, make
from tests.waiting import eventually

IDS = [f"thing-{n}" for n in range(6)]


class Looks:
    """How often a relay has looked for what is pending."""

    def __init__(self, collection: Any) -> None:
        self.count = 0
        self.collection = Tampered(collection, find=self._find)
        self._collection = collection

    def _find(self, *args: Any, **kwargs: Any) -> Any:
        self.count += 1
        return self._collection.find(*args, **kwargs)


async def looking_once(lab: Lab) -> tuple[Lane, Looks]:
    """A relay that looks when it starts, and then for an hour only if it has a reason to."""
    looks = Looks(lab.things().collection)
    return await lab.lane(collection=looks.collection, poll=3600), looks


async def test_documents_handed_over_are_relayed_without_a_look(lab: Lab) -> None:
    lane, looks = await looking_once(lab)
    things = lab.things(lane.committed)
    async with running(lane.run()):
        await eventually(lambda: looks.count == 1)
        for id in IDS:
            await things.create(id, make(id), ME)
        await eventually(lab.relayed)
        for id in IDS:
            await things.change(id, bump_times(3), ME)
        await eventually(lab.relayed)

    assert looks.count == 1
    assert sequences(await lab.read(lab.facts)) == {id: [1, 2, 3, 4] for id in IDS}
    assert await lab.journal() == {id: [1, 2, 3, 4] for id in IDS}
    states = by_key(await lab.read(lab.states))
    assert {id: states[id][-1].sequence for id in IDS} == dict.fromkeys(IDS, 4)


async def test_a_commit_behind_events_of_another_process_is_looked_for_and_does_not_overtake_them(lab: Lab) -> None:
    lane, looks = await looking_once(lab)
    mine, other = lab.things(lane.committed), lab.things()
    async with running(lane.run()):
        await eventually(lambda: looks.count == 1)
        await other.create("thing-1", make("thing-1"), ME)
        await other.change("thing-1", bump, ME)
        await mine.change("thing-1", bump, ME)
        await eventually(lab.relayed)

    assert looks.count == 2
    assert sequences(await lab.read(lab.facts)) == {"thing-1": [1, 2, 3]}


async def test_a_document_that_a_look_found_before_it_was_handed_over_is_not_sent_again(lab: Lab) -> None:
    """The command hears of its commit late: by then the relay has found it, sent it, and even cleared it."""
    lane, _ = await looking_once(lab)
    late: list[Document | None] = []
    things = lab.things(late.append)
    async with running(lane.run()):
        await things.create("thing-1", make("thing-1"), ME)
        lane.nudge()
        await eventually(lab.relayed)
        await things.change("thing-1", bump, ME)
        lane.nudge()
        await eventually(lab.relayed)
        for document in late:
            lane.committed(document)
        await things.create("thing-2", make("thing-2"), ME)
        lane.committed(late[-1])
        await eventually(lab.relayed)

    assert sequences(await lab.read(lab.facts)) == {"thing-1": [1, 2], "thing-2": [1]}
    assert [envelope.sequence for envelope in by_key(await lab.read(lab.states))["thing-1"]] == [1, 2]


@pytest.mark.parametrize("away", ["lease", "kafka"])
async def test_documents_handed_over_while_the_relay_may_not_send_are_found_later(lab: Lab, away: str) -> None:
    lane, things = await _away(lab, away)
    async with running(lane.run()):
        await things.create("thing-1", make("thing-1"), ME)
        await asyncio.sleep(0.1)
        assert await lab.waiting() == 1
        if away == "kafka":
            lab.producer.connected.set()
        else:
            await lane._lease.acquire()
        lane.nudge()
        await eventually(lab.relayed)

    assert first_arrivals(await lab.read(lab.facts)) == {"thing-1": [1]}


async def _away(lab: Lab, away: str) -> tuple[Lane, Aggregates[Thing]]:
    if away == "kafka":
        lane = await lab.lane(poll=3600)
        lab.producer.connected.clear()
    else:
        first = await lab.lease("another")
        lane = await lab.lane(await lab.lease("one"), poll=3600)
        await first.release()
    return lane, lab.things(lane.committed)


async def test_documents_beyond_those_that_the_relay_takes_over_are_found_by_a_look(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.relay.handed_over._AT_MOST", 2)
    lane, looks = await looking_once(lab)
    things = lab.things(lane.committed)
    for id in IDS:
        await things.create(id, make(id), ME)
    async with running(lane.run()):
        await eventually(lab.relayed)

    assert looks.count == 1
    assert first_arrivals(await lab.read(lab.facts)) == {id: [1] for id in IDS}


async def test_a_round_that_could_not_be_completed_is_sent_once_more(lab: Lab) -> None:
    """The journal refuses; what was handed over is not lost with the round that carried it."""
    lane, _ = await looking_once(lab)
    refusals = iter([True, False])
    append = lane._completion._journal.append

    async def refuse_once(documents: Any) -> None:
        if next(refusals, False):
            raise TimeoutError
        await append(documents)

    lane._completion._journal.append = refuse_once  # type: ignore[method-assign]
    things = lab.things(lane.committed)
    async with running(lane.run()):
        await things.create("thing-1", make("thing-1"), ME)
        await eventually(lab.relayed)

    assert sequences(await lab.read(lab.facts)) == {"thing-1": [1, 1]}
    assert await lab.journal() == {"thing-1": [1]}
