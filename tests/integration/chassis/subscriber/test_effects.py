"""Effects once: whatever is delivered again, in whatever company, changes nothing that stands."""

from collections.abc import Sequence
from typing import Any

from services.chassis.aggregate import derived_id
from services.chassis.errors import AlreadyExists
from services.chassis.store.mongo import Document, InsertOne
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.envelope import Headers
from services.contracts.event import Event
from tests.integration.chassis.lab import Lab, fact
from tests.integration.chassis.workshop import ME, ThingBumped, ThingErased, ThingMade, ThingState, bump, make


async def delivered(lab: Lab, handlers: Handlers, *events: tuple[str, int, Event]) -> None:
    """Take these events as one batch, in this order."""
    intake = lab.intake(handlers)
    await intake.take([_record(number, *fact(*event)) for number, event in enumerate(events)])
    assert intake.counts.dead_letters == 0


class _Record:
    def __init__(self, offset: int, key: bytes, value: bytes | None, headers: Headers) -> None:
        self.topic, self.partition, self.offset = "anything", 0, offset
        self.key, self.value, self.headers = key, value, headers


def _record(offset: int, key: bytes, value: bytes | None, headers: Headers) -> Any:
    return _Record(offset, key, value, headers)


def counting(lab: Lab) -> Handlers:
    """A thing made elsewhere makes a counter here; a thing bumped elsewhere bumps it."""
    handlers, things = Handlers(), lab.things()

    @handlers.on(ThingMade)
    async def made(received: Received[ThingMade]) -> None:
        id = derived_id("count", received.envelope.aggregate_id)
        await things.create(id, make(id), received.cause, taken=received.taken)

    @handlers.on(ThingBumped)
    async def bumped(received: Received[ThingBumped]) -> None:
        id = derived_id("count", received.envelope.aggregate_id)
        await things.change(id, bump, received.cause, taken=received.taken)

    return handlers


async def count(lab: Lab) -> int:
    return (await lab.things().get(derived_id("count", "thing-1"))).aggregate.n


MADE = ("thing-1", 1, ThingMade(n=0))
BUMPED = [("thing-1", sequence, ThingBumped(n=sequence)) for sequence in (2, 3)]


async def test_the_same_event_twice_has_one_effect(lab: Lab) -> None:
    await delivered(lab, counting(lab), MADE, MADE, BUMPED[0], BUMPED[0])
    await delivered(lab, counting(lab), MADE, BUMPED[0])
    assert await count(lab) == 1


async def test_two_events_of_one_aggregate_redelivered_together_have_no_effect(lab: Lab) -> None:
    """A memory of the last sequence alone would be enough here; of the last one seen in the batch it would not."""
    await delivered(lab, counting(lab), MADE, *BUMPED)
    await delivered(lab, counting(lab), MADE, *BUMPED)
    await delivered(lab, counting(lab), BUMPED[1], BUMPED[0])
    assert await count(lab) == 2


async def test_an_earlier_event_that_comes_later_still_has_its_effect(lab: Lab) -> None:
    """A replayed dead letter is older than what was taken since."""
    await delivered(lab, counting(lab), MADE, BUMPED[1])
    assert await count(lab) == 1
    await delivered(lab, counting(lab), BUMPED[0])
    assert await count(lab) == 2


async def test_the_follow_up_names_its_cause(lab: Lab) -> None:
    await delivered(lab, counting(lab), MADE, BUMPED[0])
    document = await lab.things().collection.find_one({"_id": derived_id("count", "thing-1")})
    assert document is not None
    assert [(entry["cause"], entry["actor"]) for entry in document["outbox"]] == [
        ("thing-1.1", "system"),
        ("thing-1.2", "system"),
    ]


async def test_an_aggregate_that_another_command_created_is_a_broken_rule_and_no_repetition(lab: Lab) -> None:
    id = derived_id("count", "thing-1")
    await lab.things().create(id, make(id, 7), ME)
    refused: list[str] = []
    handlers, things = Handlers(), lab.things()

    @handlers.on(ThingMade)
    async def made(received: Received[ThingMade]) -> None:
        try:
            await things.create(id, make(id), received.cause, taken=received.taken)
        except AlreadyExists as error:
            refused.append(error.code)

    await delivered(lab, handlers, MADE)
    assert refused == ["already-exists"]
    assert (await things.get(id)).aggregate.n == 7


async def test_written_operations_of_a_batch_stand_once(lab: Lab) -> None:
    handlers = Handlers()

    @handlers.write(ThingMade, ThingBumped, collection="notes")
    def note(received: Received[Any]) -> Sequence[InsertOne[Document]]:
        return [InsertOne({"_id": received.envelope.id, "n": received.event.n})]

    await delivered(lab, handlers, MADE, BUMPED[0], MADE, BUMPED[1])
    await delivered(lab, handlers, MADE, *BUMPED)

    assert [d["_id"] async for d in lab.store["notes"].find().sort("_id", 1)] == ["thing-1.1", "thing-1.2", "thing-1.3"]


class Copies:
    """A local copy of things' states."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.handlers = Handlers()
        self.handlers.copy(ThingState, "copies")

    async def take(self, *states: tuple[int, bytes | None]) -> None:
        """Take these states of one thing as one batch: (sequence, value)."""
        records = []
        for number, (sequence, value) in enumerate(states):
            key, _, headers = fact("thing-1", sequence, ThingErased())
            typed = [(name, ThingState.type.encode() if name == "ce_type" else text) for name, text in headers]
            records.append(_record(number, key, value, typed))
        intake = self.lab.intake(self.handlers)
        await intake.take(records)
        assert intake.counts.dead_letters == 0

    async def stands(self) -> Document | None:
        """The copy, without the time of the fact that it is of."""
        return await self.lab.store["copies"].find_one({"_id": "thing-1"}, {"at": 0})


async def test_a_copy_has_the_latest_state_whatever_the_order(lab: Lab) -> None:
    copies = Copies(lab)
    await copies.take((2, b'{"n":2}'), (1, b'{"n":1}'))
    assert await copies.stands() == {"_id": "thing-1", "seq": 2, "community": "sunshine", "state": {"n": 2}}
    await copies.take((1, b'{"n":1}'))
    await copies.take((4, b'{"n":4}'), (3, b'{"n":3}'), (4, b'{"n":4}'))
    assert await copies.stands() == {"_id": "thing-1", "seq": 4, "community": "sunshine", "state": {"n": 4}}


async def test_a_tombstone_marks_the_copy_as_gone_and_a_late_state_does_not_bring_it_back(lab: Lab) -> None:
    copies = Copies(lab)
    await copies.take((1, b'{"n":1}'), (3, None))
    gone = {"_id": "thing-1", "seq": 3, "community": "sunshine", "gone": True}
    assert await copies.stands() == gone
    await copies.take((2, b'{"n":2}'))
    assert await copies.stands() == gone


async def test_a_tombstone_of_an_unknown_aggregate_is_remembered(lab: Lab) -> None:
    copies = Copies(lab)
    await copies.take((2, None))
    await copies.take((1, b'{"n":1}'))
    stands = await copies.stands()
    assert stands is not None
    assert stands["gone"] is True


async def test_a_state_published_again_replaces_the_copy_of_the_same_version(lab: Lab) -> None:
    """After its model has grown, a state is published again as of the version that it has."""
    copies = Copies(lab)
    await copies.take((2, b'{"n":2}'))
    await copies.take((2, b'{"n":2,"grown":true}'))
    stands = await copies.stands()
    assert stands is not None
    assert stands["state"] == {"n": 2, "grown": True}
