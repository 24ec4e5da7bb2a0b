"""The relay in good weather: every event once, in the order of versions, in the journal and on the topic."""

import asyncio

import pytest

from services.chassis.aggregate import decided
from services.chassis.store.journal import Journal
from services.contracts.envelope import from_headers
from tests.integration.chassis.lab import Lab, by_key, first_arrivals, running, sequences
from tests.integration.chassis.workshop import COMMUNITY, ME, ThingMade, bump, bump_times, make, whisper
from tests.waiting import eventually

IDS = [f"thing-{n}" for n in range(8)]


async def test_each_aggregates_events_arrive_in_the_order_of_its_versions_under_concurrent_commands(lab: Lab) -> None:
    """Commands come from two processes, with one or several events each, while the relay runs."""
    lane = await lab.lane(poll=0.02)
    one, two = lab.things(lane.committed), lab.things()
    for id in IDS:
        await one.create(id, make(id), ME)

    async with running(lane.run()):
        await asyncio.gather(
            *(side.change(id, decide, ME) for id in IDS for side in (one, two) for decide in (bump, bump_times(3)) * 4)
        )
        await eventually(lab.relayed)

    expected = {id: list(range(1, 34)) for id in IDS}
    assert first_arrivals(await lab.read(lab.facts)) == expected
    assert await lab.journal() == expected


async def test_an_event_arrives_with_all_that_is_known_of_it(lab: Lab) -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    cause = ME.__class__("person-1", "request-7", trace)
    await lab.things().create("thing-1", make("thing-1", 5), cause)
    assert await (await lab.lane()).drain()

    (record,) = await lab.read(lab.facts)
    envelope = from_headers(record.headers, record.key)

    assert record.value == b'{"n":5}'
    assert (envelope.id, envelope.sequence, envelope.partitionkey) == ("thing-1.1", 1, "thing-1")
    assert (envelope.type, envelope.source) == (ThingMade.type, "urn:community:workshop")
    assert (envelope.subject, envelope.community) == ("thing/thing-1", COMMUNITY)
    assert (envelope.causationid, envelope.traceparent) == ("request-7", trace)
    stored = [entry async for entry in Journal(lab.store).history("thing-1")]
    assert envelope.time == stored[0].time


async def test_internal_fields_reach_the_journal_and_no_topic(lab: Lab) -> None:
    things = lab.things()
    await things.create("thing-1", make("thing-1", secret="drawer"), ME)
    await things.change("thing-1", whisper, ME)
    await things.change("thing-1", bump, ME)
    assert await (await lab.lane()).drain()

    records = await lab.read(lab.facts)
    everything = [*records, *await lab.read(lab.states)]

    assert sequences(records) == {"thing-1": [1, 3]}
    assert not [r for r in everything if b"drawer" in (r.value or b"") or b"psst" in (r.value or b"")]
    history = [entry async for entry in Journal(lab.store).history("thing-1")]
    assert [entry.data for entry in history] == [{"n": 0, "secret": "drawer"}, {"word": "psst"}, {"n": 1}]
    assert [entry.sequence for entry in history] == [1, 2, 3]


@pytest.mark.parametrize("aggregates", [1, 12])
async def test_events_that_do_not_fit_into_one_message_go_in_several_and_none_is_missing(
    lab: Lab, aggregates: int
) -> None:
    """By real sizes: each aggregate's events are 2.4 MB, a message holds one."""
    ids = IDS[:1] if aggregates == 1 else [f"thing-{n}" for n in range(aggregates)]
    things, lane = lab.things(), await lab.lane()
    for id in ids:
        await things.create(id, make(id), ME)
        await things.change(id, bump_times(12, blob=200_000), ME)

    async with running(lane.run()):
        await eventually(lab.relayed)

    expected = {id: list(range(1, 14)) for id in ids}
    facts = await lab.read(lab.facts)
    assert first_arrivals(facts) == expected
    assert await lab.journal() == expected
    states = by_key(await lab.read(lab.states))
    assert {id: states[id][-1].sequence for id in ids} == dict.fromkeys(ids, 13)
    assert lane.relayed.rounds >= 3


async def test_more_aggregates_than_a_round_takes_are_all_relayed(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.chassis.relay.relay.BATCH", 7)
    things = lab.things()
    ids = [f"thing-{n}" for n in range(60)]
    await asyncio.gather(*(things.create(id, make(id), ME) for id in ids))
    await asyncio.gather(*(things.change(id, bump, ME) for id in ids))

    assert await (await lab.lane()).drain()

    assert sequences(await lab.read(lab.facts)) == {id: [1, 2] for id in ids}
    assert await lab.relayed()


async def test_a_commit_of_this_process_is_relayed_without_waiting_for_the_poll(lab: Lab) -> None:
    lane = await lab.lane(poll=3600)
    things = lab.things(lane.committed)
    async with running(lane.run()):
        for id in IDS:
            await things.create(id, make(id), ME)
            await eventually(lab.relayed)


async def test_the_backlog_tells_how_many_aggregates_wait_and_since_when(lab: Lab) -> None:
    lane, things = await lab.lane(), lab.things()
    assert await lane.backlog() == (0, None)
    await things.create("thing-1", make("thing-1"), ME)
    await things.create("thing-2", make("thing-2"), ME)
    await things.change("thing-1", bump, ME)
    first = await things.collection.find_one({"_id": "thing-1"})
    assert first is not None

    assert await lane.backlog() == (2, first["outbox"][0]["time"])

    assert await lane.drain()
    assert await lane.backlog() == (0, None)


async def test_an_event_without_public_fields_set_still_is_a_fact(lab: Lab) -> None:
    """Of an event only what was set is published: an empty object, not defaults that nobody decided on."""
    await lab.things().create("thing-1", make("thing-1"), ME)
    empty = ThingMade.model_construct(_fields_set=set(), n=0)
    await lab.things().change("thing-1", lambda thing, _: decided(thing, empty), ME)
    assert await (await lab.lane()).drain()

    assert [record.value for record in await lab.read(lab.facts)] == [b'{"n":0}', b"{}"]
