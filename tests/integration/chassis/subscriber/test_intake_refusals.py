"""What can never be taken becomes a dead letter with all that is needed to understand and repeat it; the rest goes on.

Each record here would make FastStream skip it, or read it again for ever.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from services.chassis.errors import StaleVersion
from services.chassis.store.mongo import InsertOne
from services.chassis.subscriber import dead_letter
from services.chassis.subscriber.dead_letters import Letter
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.envelope import Headers
from tests.integration.chassis.lab import Lab, fact
from tests.integration.chassis.workshop import ThingBumped, ThingMade, ThingState
from tests.waiting import eventually

Given = Sequence[tuple[str, bytes | None]]


class Notebook:
    """Handlers that note what reaches them."""

    def __init__(self) -> None:
        self.handlers = Handlers()
        self.seen: list[str] = []

        @self.handlers.on(ThingMade)
        async def made(received: Received[ThingMade]) -> None:
            self.seen.append(received.envelope.id)

        @self.handlers.on(ThingBumped)
        async def bumped(received: Received[ThingBumped]) -> None:
            self.seen.append(received.envelope.id)


def changed(headers: Headers, name: str, value: bytes | None) -> Given:
    return [(known, value if known == name else text) for known, text in headers]


def without(headers: Headers, name: str) -> Given:
    return [(known, text) for known, text in headers if known != name]


KEY, VALUE, HEADERS = fact("thing-1", 2, ThingBumped(n=2))
POISON: dict[str, tuple[bytes | None, bytes | None, Given, str]] = {
    "a header that is not UTF-8": (KEY, VALUE, changed(HEADERS, "ce_type", b"\xff\xfe"), "malformed-envelope"),
    "a header without a value": (KEY, VALUE, changed(HEADERS, "ce_id", None), "malformed-envelope"),
    "no type": (KEY, VALUE, without(HEADERS, "ce_type"), "malformed-envelope"),
    "no sequence": (KEY, VALUE, without(HEADERS, "ce_sequence"), "malformed-envelope"),
    "an endless sequence": (KEY, VALUE, changed(HEADERS, "ce_sequence", b"1" + b"0" * 30), "malformed-envelope"),
    "no headers at all": (KEY, VALUE, [], "malformed-envelope"),
    "another key": (b"thing-9", VALUE, HEADERS, "malformed-envelope"),
    "no key": (None, VALUE, HEADERS, "malformed-envelope"),
    "a time that is none": (KEY, VALUE, changed(HEADERS, "ce_time", b"yesterday"), "malformed-envelope"),
    "bad JSON": (KEY, b'{"n": 2', HEADERS, "bad-json"),
    "bytes": (KEY, b"\x00\xff\x00", HEADERS, "bad-json"),
    "an empty value": (KEY, b"", HEADERS, "bad-json"),
    "wrong schema": (KEY, b'{"n": "two"}', HEADERS, "wrong-schema"),
    "a field missing": (KEY, b"{}", HEADERS, "wrong-schema"),
    "no object": (KEY, b"[1]", HEADERS, "wrong-schema"),
    "a tombstone among facts": (KEY, None, HEADERS, "unexpected-tombstone"),
}


async def poisoned(lab: Lab, notebook: Notebook, key: bytes | None, value: bytes | None, headers: Given) -> Letter:
    """Send a bad record between two good ones of the same partition, each way; return the dead letter."""
    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    await lab.publish(key, value, headers)
    await lab.publish_fact("thing-1", 3, ThingBumped(n=3))
    await lab.publish_fact("thing-2", 1, ThingMade(n=1))
    async with lab.subscribed(notebook.handlers):
        await eventually(lambda: {"thing-1.3", "thing-2.1"} <= set(notebook.seen))
        (letter,) = await lab.letters()
    assert sum((await lab.committed()).values()) == 4
    return letter


@pytest.mark.parametrize("what", POISON)
async def test_a_bad_record_becomes_a_dead_letter_and_the_rest_has_its_effect(lab: Lab, what: str) -> None:
    key, value, headers, reason = POISON[what]
    notebook = Notebook()

    letter = await poisoned(lab, notebook, key, value, headers)

    assert [id for id in notebook.seen if id.startswith("thing-1")] == ["thing-1.1", "thing-1.3"]
    assert (letter.key or None, letter.value) == (key, value)
    kept = [(name, text) for name, text in letter.headers if not name.startswith(dead_letter.PREFIX)]
    assert kept == [(name, text or b"") for name, text in headers]
    assert letter.mark("reason") == reason
    assert letter.mark("detail")
    assert letter.mark("topic") == lab.facts
    assert letter.mark("consumer") == lab.group
    where = [(r.partition, r.offset) for r in await lab.read(lab.facts) if (r.key, r.value) == (key, value)]
    assert (int(letter.mark("partition")), int(letter.mark("offset"))) in where


async def test_the_reason_names_the_mistake_and_never_the_value(lab: Lab) -> None:
    notebook = Notebook()
    letter = await poisoned(lab, notebook, KEY, b'{"n": "call 13812345678"}', HEADERS)
    assert letter.mark("detail") == "n: int_parsing"


async def test_headers_of_others_may_hold_anything(lab: Lab) -> None:
    notebook = Notebook()
    await lab.publish(KEY, VALUE, [*HEADERS, ("x-trace", b"\xff\xfe"), ("x-empty", None)])
    async with lab.subscribed(notebook.handlers):
        await eventually(lambda: notebook.seen == ["thing-1.2"])


async def test_types_without_a_handler_are_passed_by(lab: Lab) -> None:
    """Also those that nobody has declared: an older consumer meets newer events."""
    notebook = Notebook()
    stranger = changed(HEADERS, "ce_type", b"cn.community.workshop.thing.invented.v1")
    await lab.publish(KEY, b'{"anything": true}', stranger)
    await lab.publish_fact("thing-1", 3, ThingBumped(n=3))
    async with lab.subscribed(notebook.handlers) as consumer:
        await eventually(lambda: notebook.seen == ["thing-1.3"])
        await eventually(lambda: consumer.intake.counts.passed_by == 1)
    assert await lab.letters(at_least=0) == []


async def test_a_compressed_record_larger_than_any_letter_leaves_its_marks(lab: Lab) -> None:
    """Three megabytes that travel as a few kilobytes: no dead letter can hold them, and the partition must go on."""
    notebook = Notebook()
    producer = AIOKafkaProducer(
        bootstrap_servers=lab.kafka, compression_type="gzip", max_request_size=8_000_000, max_batch_size=8_000_000
    )
    await producer.start()
    await producer.send_and_wait(lab.facts, b"x" * 3_000_000, key=KEY, headers=HEADERS)
    await producer.stop()
    await lab.publish_fact("thing-1", 3, ThingBumped(n=3))
    async with lab.subscribed(notebook.handlers):
        await eventually(lambda: notebook.seen == ["thing-1.3"])
        (letter,) = await lab.letters()
    assert letter.value is None
    assert int(letter.mark("cut")) > 3_000_000
    assert (letter.mark("topic"), letter.mark("reason")) == (lab.facts, "bad-json")


@pytest.mark.parametrize(
    "state",
    [b'{"n": 9223372036854775808}', b'{"n": 1, "a\\u0000b": 2}'],
    ids=["too large a number", "a null in a name"],
)
async def test_a_state_that_the_store_cannot_hold_costs_one_letter(lab: Lab, state: bytes) -> None:
    """Valid JSON by the schema, yet no document: the copies of the same batch must stand all the same."""
    handlers = Handlers()
    handlers.copy(ThingState, "copies")
    for id, value in (("thing-1", b'{"n":1}'), ("thing-2", state), ("thing-3", b'{"n":3}')):
        key, _, headers = fact(id, 1, ThingMade(n=1))
        await lab.publish(key, value, changed(headers, "ce_type", ThingState.type.encode()), topic=lab.states)
    async with lab.subscribed(handlers):
        (letter,) = await lab.letters()
        await eventually(lambda: lab.store["copies"].count_documents({}))
    assert letter.key == b"thing-2"
    assert letter.mark("reason") in {"handler-failed", "wrong-schema"}
    assert [d["_id"] async for d in lab.store["copies"].find().sort("_id", 1)] == ["thing-1", "thing-3"]


@pytest.mark.parametrize("error", [ZeroDivisionError(), StaleVersion(version=1)])
async def test_a_writer_that_fails_costs_its_record_and_not_the_batch(lab: Lab, error: Exception) -> None:
    handlers = Handlers()

    @handlers.write(ThingMade, collection="notes")
    def note(received: Received[ThingMade]) -> Sequence[InsertOne[dict[str, Any]]]:
        if received.event.n == 13:
            raise error
        return [InsertOne({"_id": received.envelope.id})]

    for number in (1, 13, 3):
        await lab.publish_fact(f"thing-{number}", 1, ThingMade(n=number))
    async with lab.subscribed(handlers):
        (letter,) = await lab.letters()
        await eventually(lambda: _noted(lab, ["thing-1.1", "thing-3.1"]))
    assert letter.mark("reason") == ("rule-broken" if isinstance(error, StaleVersion) else "handler-failed")


async def test_a_writer_with_nothing_to_write_stops_nobody(lab: Lab) -> None:
    handlers = Handlers()

    @handlers.write(ThingMade, collection="notes")
    def note(received: Received[ThingMade]) -> Sequence[InsertOne[dict[str, Any]]]:
        return [InsertOne({"_id": received.envelope.id})] if received.event.n == 3 else []

    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    async with lab.subscribed(handlers) as consumer:
        await eventually(lambda: consumer.intake.counts.received == 1)
        await lab.publish_fact("thing-3", 1, ThingMade(n=3))
        await eventually(lambda: _noted(lab, ["thing-3.1"]))
    assert await lab.letters(at_least=0) == []


async def _noted(lab: Lab, ids: list[str]) -> bool:
    return [d["_id"] async for d in lab.store["notes"].find().sort("_id", 1)] == ids
