"""Odd batches on a real Kafka: what is odd becomes a dead letter, what lies before and behind it has its effect."""

import base64
import json
from typing import Any

import pytest
from aiokafka.consumer import fetcher

from services.chassis.kafka.record_batches import Batches
from services.chassis.subscriber.dead_letters import DeadLetters, Letter, NotReplayable
from services.chassis.subscriber.handlers import Handlers, Received
from services.commands.dlq import _line, _whole
from tests import raw_batches as raw
from tests.integration.chassis.conftest import PARTITIONS
from tests.integration.chassis.lab import Lab, fact
from tests.integration.chassis.workshop import ThingMade
from tests.waiting import eventually

BAD = (b"tr\xff\xfeck", b"\x00\xff")


def made(id: str, sequence: int = 1, *more: tuple[bytes, bytes | None]) -> raw.RawRecord:
    """A well-formed fact, with more headers."""
    key, value, headers = fact(id, sequence, ThingMade(n=1))
    return key, value, [*((name.encode(), text) for name, text in headers), *more]


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def handlers(seen: list[str]) -> Handlers:
    table = Handlers()

    @table.on(ThingMade)
    async def noted(received: Received[ThingMade]) -> None:
        seen.append(received.envelope.id)

    return table


@pytest.mark.parametrize("compression", [raw.NONE, raw.GZIP])
async def test_a_header_name_that_is_not_utf_8_costs_one_dead_letter(
    lab: Lab, handlers: Handlers, seen: list[str], compression: int
) -> None:
    """In the middle of a batch, at its beginning, its end and alone, in every partition, others behind it."""
    places: dict[str, tuple[int, int, bool]] = {}
    for partition in range(PARTITIONS):
        for number, bad in enumerate([(1,), (0,), (2,), (0, 1, 2)]):
            ids = [f"thing-{partition}-{number}-{n}" for n in range(3)]
            records = [made(id, 1, *[BAD] * (n in bad)) for n, id in enumerate(ids)]
            first = await raw.send(lab.client, lab.facts, partition, raw.batch(records, compression=compression))
            places |= {id: (partition, first + n, n in bad) for n, id in enumerate(ids)}
    good = [f"{id}.1" for id, (_, _, bad) in places.items() if not bad]
    async with lab.subscribed(handlers) as consumer:
        await eventually(lambda: len(seen) >= len(good))
        letters = await lab.letters(at_least=6 * PARTITIONS)
        await eventually(lambda: consumer.intake.counts.dead_letters == 6 * PARTITIONS)

    assert sorted(seen) == sorted(good)
    for partition in range(PARTITIONS):
        mine = [id for id in seen if id.startswith(f"thing-{partition}-")]
        assert mine == [id for id in good if id.startswith(f"thing-{partition}-")]
    for letter in letters:
        partition, offset, is_bad = places[(letter.key or b"").decode()]
        assert is_bad
        assert (letter.mark("partition"), letter.mark("offset")) == (str(partition), str(offset))
        assert letter.mark("reason") == "misnamed-header"
        raw_headers = json.loads(letter.mark("raw-headers"))
        assert [base64.b64decode(part) for part in raw_headers[-1]] == list(BAD)
        assert ("tr\\xff\\xfeck", BAD[1]) in letter.headers
        assert letter.header("ce_id") == f"{(letter.key or b'').decode()}.1"


async def test_the_letter_of_a_misnamed_header_is_listed_shown_and_replayed(
    lab: Lab, handlers: Handlers, seen: list[str]
) -> None:
    """The replay carries the header under a name that can be written: others can read it, and it has its effect."""
    await raw.send(lab.client, lab.facts, 0, raw.batch([made("thing-1", 1, BAD), made("thing-2")]))
    async with lab.subscribed(handlers):
        [letter] = await lab.letters()
        assert "misnamed-header" in _line(letter)
        assert "dlq-raw-headers: [[" in _whole(letter)
        dead_letters = DeadLetters(lab.kafka, [lab.dead_letters], lab.producer)
        await dead_letters.replay(letter)
        await eventually(lambda: seen == ["thing-2.1", "thing-1.1"])
        assert await dead_letters.letters() == []
    names = [[name for name, _ in record.headers] for record in await lab.read(lab.facts)]
    assert sum("tr\\xff\\xfeck" in found for found in names) == 1


async def test_a_compression_that_is_not_known_costs_its_batch(lab: Lab, handlers: Handlers, seen: list[str]) -> None:
    """The batch lies in the letter as it came; what is before and behind it, and elsewhere, is taken."""
    await raw.send(lab.client, lab.facts, 0, raw.batch([made("thing-1")]))
    odd = raw.batch([made("thing-2"), made("thing-3")], compression=raw.ZSTD)
    first = await raw.send(lab.client, lab.facts, 0, odd)
    await raw.send(lab.client, lab.facts, 0, raw.batch([made("thing-4")]))
    await raw.send(lab.client, lab.facts, 1, raw.batch([made("thing-5")]))
    async with lab.subscribed(handlers):
        await eventually(lambda: {"thing-1.1", "thing-4.1", "thing-5.1"} <= set(seen))
        [letter] = await lab.letters()

    assert not {"thing-2.1", "thing-3.1"} & set(seen)
    assert (letter.mark("reason"), letter.mark("detail")) == ("unreadable-batch", "unknown compression")
    assert letter.mark("batch") == f"{first}-{first + 1}"
    assert (letter.value or b"")[raw.ATTRIBUTES_AT :] == odd[raw.ATTRIBUTES_AT :]
    assert "the batch in base64: " in _whole(letter)
    with pytest.raises(NotReplayable) as refusal:
        await DeadLetters(lab.kafka, [lab.dead_letters], lab.producer).replay(letter)
    assert "unknown compression" in refusal.value.sentence("en")


async def test_the_letter_of_a_batch_that_can_be_read_by_now_is_replayed_record_by_record(
    lab: Lab, handlers: Handlers, seen: list[str]
) -> None:
    """As after an update that brings the compression along."""
    whole = raw.batch([made("thing-1"), made("thing-2", 1, BAD)])
    dead_letters = DeadLetters(lab.kafka, [lab.dead_letters], lab.producer)
    marks = {"topic": lab.facts, "consumer": lab.group, "reason": "unreadable-batch", "batch": "0-1"}
    await lab.publish(b"", whole, [(f"dlq-{n}", v.encode()) for n, v in marks.items()], topic=lab.dead_letters)
    [letter] = await lab.letters()
    async with lab.subscribed(handlers):
        await dead_letters.replay(letter)
        await eventually(lambda: sorted(seen) == ["thing-1.1", "thing-2.1"])
    assert await dead_letters.letters() == []


@pytest.mark.parametrize("times", [1, 1000])
async def test_a_batch_that_the_wire_has_spoilt_is_read_anew_and_at_last_a_letter(
    lab: Lab, handlers: Handlers, seen: list[str], monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    spoilt: list[int] = []

    def received(data: bytes) -> Any:
        if b"thing-2" in data and len(spoilt) < times:
            spoilt.append(1)
            data = data.replace(b"thing-2", b"thing-X", 1)
        return Batches(data)

    for id in ("thing-1", "thing-2", "thing-3"):
        await raw.send(lab.client, lab.facts, 0, raw.batch([made(id)]))
    async with lab.subscribed(handlers) as consumer:
        await eventually(lambda: len(seen) == 3)
        seen.clear()
        monkeypatch.setattr(fetcher, "MemoryRecords", received)
        await consumer.remake("the test asks for it")
        member = consumer._consumer()
        for partition in consumer.assigned:
            member.seek(partition, 0)
        await eventually(
            lambda: seen[-1:] == ["thing-3.1"] and (times == 1 or consumer.intake.counts.dead_letters == 1)
        )
        assert ("thing-2.1" in seen) == (times == 1)
        monkeypatch.undo()
        if times > 1:
            [letter] = await lab.letters()
            assert letter.mark("detail") == "bad CRC"
            assert b"thing-X" in (letter.value or b"")


async def test_a_letter_by_a_stranger_with_such_a_name_is_listed(lab: Lab) -> None:
    await raw.send(lab.client, lab.dead_letters, 0, raw.batch([made("thing-1", 1, BAD)]))
    [letter] = await lab.letters()
    assert isinstance(letter, Letter)
    _line(letter).encode()
    _whole(letter).encode()
